"""The tools of the demo's researcher."""

import json

import pytest

from spanwise_stack.demo import tools


@pytest.mark.parametrize("name", tools.TOOLS)
async def test_every_tool_has_a_schema_and_answers_or_tells_its_failure(name):
    schema = next(schema["function"] for schema in tools.SCHEMAS if schema["function"]["name"] == name)
    assert schema["description"]
    assert schema["parameters"]["required"] == ["query"]
    assert await tools.call(name, json.dumps({"query": "p95"}))


async def test_a_tool_that_fails_is_told_to_the_model():
    answers = []
    for _ in range(60):
        answers.append(await tools.call("read_page", '{"query": "q"}'))
        if answers[-1].startswith("error:"):
            break
    assert answers[-1] == "error: no answer from the page about 'q'"
