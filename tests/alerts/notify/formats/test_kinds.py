"""What all formats promise: golden cases, the vendors' limits, texts of strangers that do nothing."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanwise_alerts.alert import Letter
from spanwise_alerts.evidence import Contributor, Evidence, Example, Shift
from spanwise_alerts.notify.formats.kinds import FORMATS
from spanwise_alerts.receivers.receiver import Receiver
from tests.alerts.notify.formats.cases import GOLDEN, NOW_S, WAYS, cases, format_of, slow, told, written
from tests.alerts.notify.formats.inert import doing
from tests.alerts.notify.formats.limits import SCHEMAS, beyond

HOSTILE = [
    "<!channel>", "<!everyone>", "<@U123>", "<#C1|x>", "<https://evil.example|Runbook>", "@everyone", "@here",
    "@ada", "[Runbook](https://evil.example)", "![x](https://evil.example/p.png)", "https://evil.example/x",
    "evil.example.com", "<b>bold</b>", "<a href='https://evil.example'>x</a>", "<script>alert(1)</script>",
    "&lt;b&gt;", "&", "**x**", "__x__", "*x*", "_x_", "~~x~~", "`x`", "```x```", "||x||", "> x", "# x", "- x",
    "1. x", "---", "\n# x", "\r\n- x", "\n\n* x", "\u202e\u2066", "\u200b", "\x00\x07\x1b[31m", "\ud800", "</b>",
    "]]>", "{{ x }}", "${x}", "$(x)", "\\", "\\[", "|", ":smile:", "/start", "#tag", "$USD",
    "tg://resolve?domain=x", "javascript:alert(1)", '<font color="info">', "<at id=all></at>", "<users/all>",
    "@all", "😀😀😀", "x" * 400,
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=8), max_size=6).map(" ".join)
LINKS = st.sampled_from([
    "", "javascript:alert(1)", "https://good.example/a?b=(c)|d>e", "https://good.example@evil.example/",
    "data:text/html,x", "https://good.example/\nx", "https://good.example/*_~`[]()", "http://[::1]:8750/x",
    "https://good.example/&lt;", "x y", "https://" + "a" * 3000, "http://[bad", "//evil.example", "tg://x",
    'https://good.example/\'"><b>',
])  # fmt: skip
SAID = st.lists(TEXTS, min_size=7, max_size=7)
LED = st.lists(LINKS, min_size=5, max_size=5)


def letter_of(said: list[str], led: list[str], count: int, headline: str) -> Letter:
    """Make a letter in which strangers have written all that they can."""
    failing, healthy = Example("a1", led[0], said[6], failing=True), Example("b2", led[1], said[0], failing=False)
    found = Evidence(
        contributors=(Contributor(said[0], said[1], said[2], 0.5),) * 4, shifts=(Shift(said[3], said[4], said[5]),) * 6,
        examples=(failing, healthy), board=led[2], missing=said[1],
    )  # fmt: skip
    notices = [
        slow(
            summary=said[place % 7] + str(place), description=said[(place + 1) % 7], value_text=said[2],
            threshold_text=said[3], runbook=led[place % 5], fingerprint=f"{place:016x}", links={"source": led[3]},
            labels={said[4] or "a": said[5], "alertname": said[6]}, rule=said[0],
        )
        for place in range(count)
    ]  # fmt: skip
    evidence = {notice.fingerprint: found for notice in notices}
    return told(*notices, headline=headline, evidence=evidence, actions={"Acknowledge": led[4]})


@pytest.mark.parametrize("kind", WAYS)
def test_bodies_are_as_they_were_looked_at(kind: str):
    golden = json.loads((GOLDEN / f"{kind}.json").read_text(encoding="utf-8"))
    assert written(kind) == golden


@pytest.mark.parametrize("kind", WAYS)
@pytest.mark.parametrize("case", cases())
def test_the_vendor_would_take_each_case(kind: str, case: str):
    body = format_of(kind).post(cases()[case], NOW_S).body
    jsonschema.validate(body, SCHEMAS[kind])
    assert beyond(kind, body) == ""


@pytest.mark.parametrize("kind", WAYS)
@settings(max_examples=60, deadline=None)
@given(said=SAID, led=LED, count=st.integers(1, 30), headline=st.just("") | TEXTS)
def test_texts_of_strangers_do_nothing_and_fit_whatever_they_are(
    kind: str, said: list[str], led: list[str], count: int, headline: str
):
    body = format_of(kind).post(letter_of(said, led, count, headline), NOW_S).body
    json.dumps(body, ensure_ascii=False).encode("utf-8")
    jsonschema.validate(body, SCHEMAS[kind])
    assert beyond(kind, body) == ""
    assert doing(kind, body) == []


@pytest.mark.parametrize("kind", WAYS)
def test_secrets_are_where_they_belong_and_nowhere_else(kind: str):
    way = Receiver.model_validate({"name": "team", kind: WAYS[kind]})
    assert "secret" not in f"{way!r} {way.model_dump_json()}".replace("secret_file", "").replace("secret_text", "")
    for case in written(kind).values():
        said: dict[str, Any] = {**case["body"], "routing_key": ""}
        assert "secret" not in json.dumps(said)


def test_each_way_by_http_has_a_format_and_cases():
    assert {way.__name__.lower() for way in FORMATS} == set(WAYS) == set(SCHEMAS)
    assert sorted(path.stem for path in GOLDEN.glob("*.json")) == sorted(WAYS)
