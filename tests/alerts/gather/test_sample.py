from __future__ import annotations

from spanwise_alerts.evidence import Shift
from spanwise_alerts.gather.sample import sampled_shifts
from spanwise_alerts.trace import FoundSpan


def spans(count: int, **tags: str | bool | float) -> list[FoundSpan]:
    return [FoundSpan("a", "chat", 0.0, 1.0, {name.replace("__", "."): value for name, value in tags.items()})] * count


def told(before: list[FoundSpan], now: list[FoundSpan]) -> list[Shift]:
    return [shift for _, shift in sampled_shifts(before, now)]


def test_another_version_of_the_model_is_told():
    old, new = spans(10, spanwise__response_model="v1"), spans(10, spanwise__response_model="v2")
    assert told(old, new) == [Shift("model version", "v1", "v2")]
    assert told(old, [*old[:5], *new[:5]]) == [Shift("model version", "v1", "v1 50 %, v2 50 %")]
    assert told(old, old) == []


def test_another_version_of_the_prompt_is_told_by_its_name():
    old = spans(5, gen_ai__prompt__name="answer", gen_ai__prompt__version="3")
    new = spans(5, gen_ai__prompt__name="answer", gen_ai__prompt__version="4")
    assert told(old, new) == [Shift("prompt", "answer 3", "answer 4")]


def test_another_text_of_the_prompt_is_told_by_its_hash_and_never_itself():
    (shift,) = told(
        spans(5, gen_ai__system_instructions="secret one"), spans(5, gen_ai__system_instructions="secret two")
    )
    assert shift.what == "prompt hash"
    assert "secret" not in shift.before + shift.now
    assert len(shift.before) == len(shift.now) == 8


def test_attempts_made_again_are_told_where_there_are_more():
    assert told(spans(10), [*spans(5), *spans(5, spanwise__resends=1)]) == [
        Shift("calls that were retries", "0 %", "50 %")
    ]
    assert told(spans(10, spanwise__retry_reason="429"), spans(10, spanwise__retry_reason="429")) == []


def test_a_handful_of_calls_proves_nothing():
    assert told(spans(4, spanwise__response_model="v1"), spans(10, spanwise__response_model="v2")) == []
