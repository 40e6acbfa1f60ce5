from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass

import pytest

import spanwise
from spanwise import digests
from spanwise.apis.anthropic_messages import AnthropicMessages
from spanwise.apis.openai_chat import OpenAIChat

ARGUMENTS, RESULT = digests.ARGUMENTS, digests.RESULT


@dataclass
class Place:
    city: str


def test_values_that_say_the_same_have_one_digest_and_others_have_others():
    first, second = {"a": 1, "b": [1, {"x": None, "y": 2.5}]}, {"b": [1, {"y": 2.5, "x": None}], "a": 1}
    assert digests.of(first) == digests.of(second)
    assert digests.of(Place("Ulm")) == digests.of({"city": "Ulm"})
    different = [None, 0, "", [], {}, "0", [0], {"a": 0}, True, b"", "é"]
    # bytes are told as base64, and a text that is the same is the same
    assert len({digests.of(value) for value in different}) == len(different) - 1


@pytest.mark.parametrize(
    "value",
    [object(), {"a": object()}, lambda: None, "x" * 70_000, [0] * 70_000, b"x" * 70_000, float, {1: {object()}}],
)
def test_what_is_no_plain_data_or_too_long_has_none(value):
    assert digests.of(value) is None


def test_what_refers_to_itself_has_none():
    circle = []
    circle.append(circle)
    assert digests.of(circle) is None


def test_another_process_makes_other_digests():
    code = "from spanwise import digests; print(digests.of('x'))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout.strip()
    assert told.startswith("keyed:")
    assert told != digests.of("x")


def test_a_tool_tells_equal_arguments_and_results_by_equal_digests(spans):
    @spanwise.tool
    def search(query, *, limit=3):
        return f"{query} {limit}"

    for given in ({"limit": 3}, {"limit": 3}, {"limit": 4}):
        search("weather", **given)
    told = [dict(span.attributes) for span in spans.named("execute_tool")]
    assert told[0][ARGUMENTS] == told[1][ARGUMENTS] != told[2][ARGUMENTS]
    assert told[0][RESULT] == told[1][RESULT] != told[2][RESULT]
    assert not any("weather" in str(value) for each in told for value in each.values())


async def test_the_object_that_a_tool_belongs_to_is_no_argument(spans):
    class Desk:
        @spanwise.tool
        async def look_up(self, name):
            return name

    await Desk().look_up("a")
    await Desk().look_up("a")
    first, second = spans.named("execute_tool")
    assert first.attributes[ARGUMENTS] == second.attributes[ARGUMENTS]


def test_a_tool_with_arguments_that_are_no_data_says_nothing(spans):
    @spanwise.tool
    def look(at):
        return repr(at)

    look(object())
    assert not {ARGUMENTS, RESULT} & spans.one().attributes.keys()


def test_arguments_are_read_from_an_answer_whatever_their_order():
    def answer(arguments):
        call = b'{"id":"call_1","type":"function","function":{"name":"search","arguments":"%s"}}' % arguments
        return b'{"choices":[{"index":0,"message":{"role":"assistant","tool_calls":[%s]}}]}' % call

    first, second, third = (
        digests.of_calls(OpenAIChat(), answer(told), b"")["call_1"]
        for told in (rb"{\"a\": 1, \"b\": 2}", rb"{\"b\":2,\"a\":1}", rb"{\"a\": 1}")
    )
    assert first == second != third


def test_arguments_are_read_from_the_pieces_of_a_stream():
    begun = b'{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t1","name":"search"}}'
    parts = [
        b'{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"%s"}}' % part
        for part in (rb"{\"city\":", rb" \"Ulm\"}")
    ]
    found = digests.of_calls(AnthropicMessages(), [begun, *parts], b"")
    assert found == {"t1": digests.of({"city": "Ulm"})}


def test_an_api_without_a_reader_and_an_answer_that_is_none_give_nothing():
    assert digests.of_calls(object(), b"{}", b"") == {}
    assert digests.of_calls(OpenAIChat(), b"<html>", b"") == {}
