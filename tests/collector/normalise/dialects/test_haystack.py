from spanwise_collector.normalise import normalise
from tests.collector.normalise.frames import decoded, only


def read(span, expected):
    row = only(normalise(decoded(span)).frame)
    return {name: row[name] for name in expected}


def test_a_tool_of_an_agent_is_told():
    span = {"name": "haystack.agent.step.tool", "haystack.tool.name": "search"}
    expected = {"dialect": "haystack", "category": "tool", "tool": "search"}
    assert read(span, expected) == expected


def test_a_component_is_a_chain():
    span = {"name": "haystack.component.run", "haystack.component.name": "llm"}
    expected = {"category": None, "operation": "chain"}
    assert read(span, expected) == expected


def test_a_step_of_an_agent_is_a_call_with_what_its_content_tells():
    meta = '{"model": "gpt-4o", "finish_reason": "stop", "usage": {"prompt_tokens": 18, "completion_tokens": 9}}'
    span = {
        "name": "haystack.agent.step.llm",
        "haystack.agent.step.llm.output": f'{{"replies": [{{"role": "assistant", "meta": {meta}}}]}}',
        "haystack.agent.step.llm.input": "{}",
    }
    expected = {"category": "llm", "model": "gpt-4o", "finish_reason": "stop", "input_tokens": 18, "output_tokens": 9}
    assert read(span, expected) == expected


def test_a_step_without_content_is_a_call_without_tokens():
    span = {
        "name": "haystack.agent.step.llm",
        "haystack.agent.step.llm.output": '{"replies": []}',
        "haystack.agent.step": "1",
    }
    expected = {"category": "llm", "model": None, "input_tokens": None}
    assert read(span, expected) == expected
