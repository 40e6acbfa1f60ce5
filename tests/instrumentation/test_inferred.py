import json

import httpx2
import openai
import pytest

import spanwise
from spanwise import inferred
from spanwise.apis.api import ToolCall, ToolResult
from spanwise.inferred import ToolCalls
from tests.instrumentation.test_exchange import begin

CALL = {"id": "call_1", "type": "function", "function": {"name": "search", "arguments": "{}"}}


def ask(*, results: tuple[str, ...] = (), calls=(CALL,), status: int = 200) -> None:
    """One model call: it brings these results and is answered with these tool calls."""
    turns = [{"role": "user", "content": "q"}]
    turns += [{"role": "tool", "tool_call_id": name, "content": "12345"} for name in results]
    call = begin(body=json.dumps({"model": "m", "messages": turns}).encode())
    answer = {"choices": [{"message": {"tool_calls": list(calls)}, "finish_reason": "tool_calls"}]}
    call.read(json.dumps(answer).encode(), status, "application/json")


def tools(spans):
    return spans.named("execute_tool")


def test_tool_between_answer_and_next_request_is_inferred(spans):
    with spanwise.agent("a") as agent:
        ask()
        ask(results=("call_1",), calls=())
    (tool,) = tools(spans)
    first, second = spans.named("chat")
    assert tool.name == "execute_tool search"
    assert (tool.start_time, tool.end_time) == (first.end_time, second.start_time)
    assert tool.parent.span_id == agent.get_span_context().span_id
    told = dict(tool.attributes)
    assert told.pop("spanwise.tool.arguments_hash").startswith("keyed:")
    assert told == {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "search",
        "gen_ai.tool.call.id": "call_1",
        "gen_ai.agent.name": "a",
        "spanwise.inferred": True,
        "spanwise.tool.result_bytes": 5,
    }


@pytest.mark.parametrize("call_id", [None, "call_1"])
def test_real_tool_span_leaves_none_to_infer(spans, call_id):
    with spanwise.agent("a"):
        ask()
        with spanwise.tool("search", call_id=call_id):
            pass
        ask(results=("call_1",), calls=())
    assert ["spanwise.inferred" in tool.attributes for tool in tools(spans)] == [False]


def test_tool_spans_of_another_instrumentor_count(spans):
    with spanwise.agent("a"):
        ask()
        attributes = {"openinference.span.kind": "TOOL", "tool.name": "search"}
        with spans.provider.get_tracer("other").start_as_current_span("search", attributes=attributes):
            pass
        spans.provider.get_tracer("other").start_span("nothing").end()
        ask(results=("call_1",), calls=())
    assert tools(spans) == []


def test_one_real_span_stands_for_one_of_two_calls(spans):
    with spanwise.agent("a"):
        ask(calls=(CALL, {**CALL, "id": "call_2"}))
        with spanwise.tool("search"):
            pass
        ask(results=("call_1", "call_2"), calls=())
    assert [tool.attributes.get("gen_ai.tool.call.id") for tool in tools(spans)] == [None, "call_2"]


def test_result_that_comes_again_with_a_retry_is_one_tool(spans):
    with spanwise.agent("a"):
        ask()
        ask(results=("call_1",), status=500)
        ask(results=("call_1",), calls=())
    assert len(tools(spans)) == 1


def test_loop_without_any_agent_is_one_run(spans):
    ask()
    ask(results=("call_1",), calls=({**CALL, "id": "call_2"},), status=500)
    ask(results=("call_1",), calls=({**CALL, "id": "call_2"},))
    ask(results=("call_2",), calls=())
    ask()
    first, *others, stranger = spans.named("chat")
    assert first.parent is None
    assert {span.context.trace_id for span in [*others, *tools(spans)]} == {first.context.trace_id}
    assert {span.parent.span_id for span in [*others, *tools(spans)]} == {first.context.span_id}
    assert stranger.parent is None
    assert len(tools(spans)) == 2


def test_loop_of_a_real_client_is_one_run(spans):
    replies = iter([[CALL], None])

    def answer(request: httpx2.Request) -> httpx2.Response:
        del request
        message = {"role": "assistant", "content": "done", "tool_calls": next(replies)}
        return httpx2.Response(200, json={"id": "i", "model": "m", "choices": [{"index": 0, "message": message}]})

    client = openai.OpenAI(api_key="none", http_client=httpx2.Client(transport=httpx2.MockTransport(answer)))
    turns = [{"role": "user", "content": "q"}]
    reply = client.chat.completions.create(model="m", messages=turns).choices[0].message
    turns += [reply, {"role": "tool", "tool_call_id": reply.tool_calls[0].id, "content": "42"}]
    client.chat.completions.create(model="m", messages=turns)
    assert len({span.context.trace_id for span in spans.all()}) == 1
    assert len(tools(spans)) == 1


def test_memory_is_bounded(monkeypatch, spans):
    monkeypatch.setattr(inferred, "MOST", 2)
    calls = ToolCalls()
    with spanwise.agent("a") as agent:
        parent = agent.get_span_context()
    calls.ask([ToolCall(str(number), "f") for number in range(5)], 0, parent, {}, 1)
    assert len(calls) == 2
    assert calls.run_of([ToolResult("4")]) is parent
    assert calls.run_of([ToolResult("0")]) is None
    assert spans.all()


def test_name_that_serves_as_id_ties_no_loops_together(spans):
    with spanwise.agent("a") as agent:
        parent = agent.get_span_context()
    calls = ToolCalls()
    calls.ask([ToolCall("f", "f"), ToolCall(None, "g"), ToolCall("h", None)], 0, parent, {}, 1)
    assert calls.run_of([ToolResult("f"), ToolResult("h")]) is None
    assert len(calls) == 1
    assert spans.all()
