import pytest

from spanwise_collector.normalise import normalise
from spanwise_collector.normalise.lengths import LONGEST_BYTES
from tests.collector.normalise.frames import decoded

LONGEST, LONGER = "x" * LONGEST_BYTES, "x" * (LONGEST_BYTES + 1)
CHAT = {"gen_ai.operation.name": "chat"}


def told(column, *spans):
    result = normalise(decoded(*({**CHAT, **span} for span in spans)))
    return result.frame[column].to_list(), result.faults


def test_the_longest_name_is_still_one():
    assert told("model", {"gen_ai.request.model": LONGEST}) == ([LONGEST], {})
    assert told("model", {"gen_ai.request.model": LONGER}) == ([None], {"gen_ai.request.model": 1})


def test_the_length_is_that_of_the_bytes():
    assert told("agent", {"gen_ai.agent.name": "ü" * (LONGEST_BYTES // 2 + 1)})[0] == [None]


def test_of_a_long_text_the_next_key_is_asked_and_other_spans_keep_theirs():
    spans = {"gen_ai.provider.name": LONGER, "gen_ai.system": "openai"}, {"gen_ai.provider.name": "groq"}
    assert told("provider", *spans) == (["openai", "groq"], {"gen_ai.provider.name": 1})


@pytest.mark.parametrize(
    ("key", "value", "column"),
    [
        ("gen_ai.response.finish_reasons", [LONGER], "finish_reason"),
        ("llm.invocation_parameters", f'{{"model": "{LONGER}"}}', "model"),
        ("resource.tenant.id", LONGER, "tenant"),
        ("resource.deployment.environment.name", LONGER, "environment"),
    ],
)  # fmt: skip
def test_whatever_holds_it_a_long_text_is_null_and_counted_by_its_key(key, value, column):
    values, faults = told(column, {"openinference.span.kind": "LLM", key: value}, {})
    assert (values, faults) == ([None, None], {key.removeprefix("resource."): 1})


def test_the_type_of_an_exception_is_a_name_too():
    span = {"event.exception.type": LONGER, "status_code": 2}
    assert told("error_type", span) == (["error"], {"exception.type": 1})


def test_the_arguments_of_a_tool_are_kept_as_a_digest_however_long_they_are():
    values, faults = told("tool_arguments", {"gen_ai.tool.call.arguments": LONGER})
    assert len(values[0]) == 16
    assert faults == {}
