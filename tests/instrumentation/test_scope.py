import asyncio
import contextvars
import inspect
import threading

import pytest
from opentelemetry import trace
from opentelemetry.trace import StatusCode

import spanwise
from spanwise import guard, scope


def test_decorated_function_has_a_span_named_after_it(spans):
    @spanwise.agent
    def researcher(x, *, y=1):
        """Doc."""
        return x + y

    assert researcher(1, y=2) == 3
    assert researcher.__doc__ == "Doc."
    span = spans.one()
    assert span.name == "invoke_agent researcher"
    assert span.kind.name == "INTERNAL"
    assert dict(span.attributes) == {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "researcher"}


def test_names_follow_the_call_and_nested_agents_rename_what_is_inside(spans):
    @spanwise.tool
    def search():
        return 1

    @spanwise.agent("helper")
    def helper():
        return search()

    @spanwise.workflow(conversation="c1", tenant="acme")
    def triage():
        with spanwise.agent("lead"):
            search()
            helper()
            search()

    triage()
    tools = spans.named("execute_tool search")
    assert [tool.attributes["gen_ai.agent.name"] for tool in tools] == ["lead", "helper", "lead"]
    assert all(tool.attributes["gen_ai.workflow.name"] == "triage" for tool in spans.all())
    assert all(tool.attributes["gen_ai.conversation.id"] == "c1" for tool in spans.all())
    assert all(tool.attributes["spanwise.tenant"] == "acme" for tool in spans.all())
    assert len({span.context.trace_id for span in spans.all()}) == 1


def test_tool_carries_its_name_and_call_id_and_does_not_name_what_is_inside(spans):
    with spanwise.tool("search", call_id="call_1"), spanwise.tool("fetch"):
        pass
    fetch, search = spans.all()
    assert search.attributes["gen_ai.tool.call.id"] == "call_1"
    assert dict(fetch.attributes) == {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "fetch"}


def test_exception_is_the_error_by_class_and_its_words_stay_out(spans):
    @spanwise.tool
    def broken():
        raise LookupError("a secret of the user")

    with pytest.raises(LookupError):
        broken()
    span = spans.one()
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes["error.type"] == "LookupError"
    assert "secret" not in span.to_json()


@pytest.mark.parametrize(("code", "error"), [(0, None), (None, None), (3, "SystemExit")])
def test_leaving_the_program_cleanly_is_no_error(spans, code, error):
    with pytest.raises(SystemExit), spanwise.agent("a"):
        raise SystemExit(code)
    assert spans.one().attributes.get("error.type") == error


async def test_async_functions_keep_their_own_names_while_they_interleave(spans):
    @spanwise.tool
    async def search():
        await asyncio.sleep(0)

    async def run(name):
        async with spanwise.agent(name):
            for _ in range(3):
                await asyncio.sleep(0)
                await search()

    assert inspect.iscoroutinefunction(search)
    await asyncio.gather(*(run(f"agent-{number}") for number in range(5)))
    agents = {span.context.span_id: span.attributes["gen_ai.agent.name"] for span in spans.named("invoke_agent")}
    tools = spans.named("execute_tool")
    assert len(tools) == 15
    assert all(agents[tool.parent.span_id] == tool.attributes["gen_ai.agent.name"] for tool in tools)


def test_one_scope_object_serves_many_threads(spans):
    shared = spanwise.agent("shared")
    barrier = threading.Barrier(4)

    def run():
        with shared:
            barrier.wait(10)
            with spanwise.tool("t"):
                barrier.wait(10)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(spans.named("invoke_agent")) == 4
    assert len({tool.parent.span_id for tool in spans.named("execute_tool")}) == 4


def test_class_with_call_and_callable_objects_can_be_decorated(spans):
    class Search:
        def __call__(self):
            return 7

    assert spanwise.tool(Search())() == 7
    assert spans.one().name == "execute_tool Search"


def test_wrong_name_is_told_with_what_was_expected():
    with pytest.raises(TypeError, match="name: got 3, expected a string or a function"):
        spanwise.agent(3)


def test_without_instrument_nothing_is_made_and_all_works():
    @spanwise.agent
    def quiet():
        return trace.get_current_span().is_recording()

    with spanwise.tool("t") as span:
        assert not span.is_recording()
    assert quiet() is False


def test_fault_of_ours_never_reaches_the_function(instrumented, monkeypatch):
    spans = instrumented(raise_faults=False)
    before = sum(guard.faults().values())

    @spanwise.tool
    def works():
        return 5

    with spanwise.agent("outer"):
        monkeypatch.setattr(scope, "tracer", lambda: 1 / 0)
        assert works() == 5
        with spanwise.agent("inner"):
            pass
        monkeypatch.undo()
        assert trace.get_current_span().is_recording()
    assert [span.name for span in spans.all()] == ["invoke_agent outer"]
    assert sum(guard.faults().values()) == before + 2


def test_context_variables_of_the_program_behave_as_without_us(spans):
    variable = contextvars.ContextVar("variable", default=0)

    @spanwise.tool
    def change():
        variable.set(variable.get() + 1)

    variable.set(1)
    change()
    assert variable.get() == 2
    assert spans.one()
