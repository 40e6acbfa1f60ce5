import sys
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.matrix.environment import Environment
from tests.matrix.receiver import Seen, receive
from tests.matrix.twice import BESIDE, judge, play_ways, tells
from tests.matrix.twins import TWINS, WAYS, Twin
from tests.support.protocols.server import serve


def span(scope="spanwise", **attributes):
    told = {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 18, **attributes}
    return Seen("chat", 3, scope, 0, {key: value for key, value in told.items() if value is not None}, failed=False)


NOTHING = {"gen_ai.operation.name": None, "gen_ai.usage.input_tokens": None}


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {**NOTHING, "openinference.span.kind": "LLM", "llm.token_count.prompt": 18},
        {**NOTHING, "llm.request.type": "chat", "gen_ai.usage.prompt_tokens": 18},
    ],
)
def test_span_of_a_call_with_its_tokens_tells_it_in_any_dialect(attributes):
    assert tells(span(**attributes))


@pytest.mark.parametrize(
    "attributes",
    [
        {"gen_ai.usage.input_tokens": None},
        {"gen_ai.usage.input_tokens": 0},
        {"gen_ai.operation.name": "invoke_agent"},
        {**NOTHING, "openinference.span.kind": "CHAIN", "llm.token_count.prompt": 18},
    ],
)
def test_span_without_tokens_and_one_that_sums_up_its_children_tell_no_call(attributes):
    assert not tells(span(**attributes))


def test_each_call_told_once_is_right_whoever_tells_it():
    assert judge(2, [span(), span("theirs")]).wrong == ""


def test_call_told_twice_or_never_is_wrong():
    twice = judge(1, [span(), span("theirs")]).wrong
    assert twice == "2 spans with tokens for 1 calls (spanwise, theirs)"
    never = judge(1, [span("theirs", **{"gen_ai.usage.input_tokens": None})]).wrong
    assert never == "0 spans with tokens for 1 calls (; without tokens: theirs)"
    assert judge(0, []).wrong == "no call was made"


def test_every_other_tracer_has_a_script_and_a_row_of_its_own():
    assert all((BESIDE / twin.script).is_file() for twin in TWINS)
    assert len({twin.row for twin in TWINS}) == len(TWINS)


def test_real_program_is_told_once_in_every_way():
    """The fast part of the table: nobody beside ours, with the SDK of this environment."""
    alone = replace(TWINS[0], script="nobody.py")
    environment = Environment(Path(sys.prefix), version("openai"))
    with serve() as server, receive() as receiver:
        ways = dict(play_ways(alone, environment, server, receiver))
    assert {way: (told.by, told.wrong) for way, told in ways.items()} == dict.fromkeys(WAYS, (("spanwise",) * 3, ""))


def test_program_that_fails_is_told_with_its_last_word(tmp_path):
    script = tmp_path / "broken.py"
    script.write_text("raise SystemExit('no river')")
    broken = Twin("openai", str(script), "openai", ())
    with serve() as server, receive() as receiver:
        ways = dict(play_ways(broken, Environment(Path(sys.prefix), ""), server, receiver))
    assert ways["theirs"].wrong == "failed: no river"
