"""Content over real sockets: on every API what was asked and answered is told, and nothing where nobody asked."""

import json

import httpx
import openai
import pytest
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor

import spanwise
from spanwise import inferred
from tests.support.own_calls import PLAIN, STREAMED, TOOL, TOOLED
from tests.support.protocols import server
from tests.support.protocols.shape import Say

CAPTURE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
CONTENT = {"gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions", "gen_ai.tool.definitions"}
CHAT = ("/v1/chat/completions", {"model": "m", "messages": [{"role": "user", "content": "Where?"}]}, {})
RESPONSES = ("/v1/responses", {"model": "m", "input": "Where?"}, {})
CLAUDE = ("/v1/messages", {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "Where?"}]}, {})
GEMINI = {"contents": [{"role": "user", "parts": [{"text": "Where?"}]}]}
MORE = {
    "openai chat": CHAT,
    "openai responses": RESPONSES,
    "anthropic": CLAUDE,
    "gemini": ("/v1beta/models/m:generateContent", GEMINI, {}),
}
MORE_STREAMED = {
    **{name: (path, {**body, "stream": True}, {}) for name, (path, body, _) in list(MORE.items())[:3]},
    "gemini": ("/v1beta/models/m:streamGenerateContent?alt=sse", GEMINI, {}),
}
CASES = [
    *((f"plain {name}", case) for name, case in {**PLAIN, **MORE}.items()),
    *((f"streamed {name}", case) for name, case in {**STREAMED, **MORE_STREAMED}.items()),
]
MUTE = ("embed", "rerank")


@pytest.fixture
def speaker():
    with server.serve() as running:
        yield running


@pytest.fixture
def client(speaker):
    with httpx.Client(base_url=speaker.address) as made:
        yield made


@pytest.fixture
def told(monkeypatch, instrumented):
    """Spans of this process with content on them."""
    monkeypatch.setenv(CAPTURE, "SPAN_ONLY")
    return instrumented()


def content(span, key):
    return json.loads(span.attributes[key])


def ids(cases):
    return [name for name, _ in cases]


@pytest.mark.parametrize(("name", "case"), CASES, ids=ids(CASES))
def test_what_is_asked_and_answered_is_told_on_every_api(client, told, name, case):
    path, body, headers = case
    client.post(path, json=body, headers=headers)
    span = told.one()
    (message,) = content(span, "gen_ai.input.messages")
    assert message["role"] == "user"
    assert message["parts"][0]["content"]
    if any(word in name for word in MUTE):
        assert "gen_ai.output.messages" not in span.attributes
        return
    (message,) = content(span, "gen_ai.output.messages")
    assert message["role"] == "assistant"
    assert [part["content"] for part in message["parts"] if part["type"] == "text"] == ["The Danube flows east."]


CALLING = [(name, case) for name, case in CASES if name.partition(" ")[2] in {*TOOLED, *MORE}]


@pytest.mark.parametrize(("name", "case"), CALLING, ids=ids(CALLING))
def test_a_tool_call_is_told_on_every_api(speaker, client, told, name, case):
    speaker.play(otherwise=Say(tool=TOOL))
    path, body, headers = case
    client.post(path, json=body, headers=headers)
    (message,) = content(told.one(), "gen_ai.output.messages")
    (call,) = (part for part in message["parts"] if part["type"] == "tool_call")
    assert (call["name"], call["arguments"]) == (TOOL[1], json.loads(TOOL[2])), name
    assert call["id"] in {TOOL[0], None}


@pytest.mark.parametrize(("name", "case"), CASES, ids=ids(CASES))
def test_content_changes_no_other_attribute(client, monkeypatch, instrumented, name, case):
    del name
    path, body, headers = case

    def attributes(spans):
        client.post(path, json=body, headers=headers)
        told = dict(spans.one().attributes)
        told.pop("gen_ai.response.time_to_first_chunk", None)
        return told

    without = attributes(instrumented())
    monkeypatch.setenv(CAPTURE, "true")
    with_content = attributes(instrumented())
    assert not without.keys() & CONTENT
    assert {key: value for key, value in with_content.items() if key not in CONTENT} == without


def test_events_carry_what_the_span_says_and_leave_the_span_without_content(client, monkeypatch, instrumented):
    exporter = InMemoryLogRecordExporter()
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    monkeypatch.setattr("spanwise.content.events.get_logger_provider", lambda: provider)
    monkeypatch.setenv(CAPTURE, "EVENT_ONLY")
    spans = instrumented()
    client.post(CHAT[0], json={**CHAT[1], "stream": True})
    span, (log,) = spans.one(), exporter.get_finished_logs()
    assert not span.attributes.keys() & CONTENT
    assert (log.log_record.span_id, log.log_record.trace_id) == (span.context.span_id, span.context.trace_id)
    told = log.log_record.attributes
    assert {key: told[key] for key in span.attributes} == dict(span.attributes)
    assert told["gen_ai.output.messages"][0]["parts"][0]["content"] == "The Danube flows east."
    provider.shutdown()


def test_a_failed_call_tells_what_was_asked(speaker, client, told):
    speaker.play(otherwise=Say(status=500))
    client.post(CHAT[0], json=CHAT[1])
    span = told.one()
    assert content(span, "gen_ai.input.messages")[0]["parts"][0]["content"] == "Where?"
    assert "gen_ai.output.messages" not in span.attributes


def test_a_stream_that_is_left_early_tells_what_was_seen(client, told):
    with client.stream("POST", CHAT[0], json={**CHAT[1], "stream": True}) as response:
        lines = response.iter_lines()
        while "The " not in next(lines):
            pass
    (message,) = content(told.one(), "gen_ai.output.messages")
    assert "The Danube flows east.".startswith(message["parts"][0]["content"])


def test_secrets_leave_neither_in_what_is_asked_nor_in_what_is_answered(speaker, client, told):
    speaker.play(otherwise=Say(words=("write to ", "ann@exam", "ple.com")))
    asked = {**CHAT[1], "stream": True, "messages": [{"role": "user", "content": "my card is 4111 1111 1111 1111"}]}
    client.post(CHAT[0], json=asked)
    span = told.one()
    assert content(span, "gen_ai.input.messages")[0]["parts"][0]["content"] == "my card is [redacted:card_number]"
    assert content(span, "gen_ai.output.messages")[0]["parts"][0]["content"] == "write to [redacted:email]"


def test_the_variables_and_the_redactor_of_the_user_are_heeded(monkeypatch, instrumented, client):
    monkeypatch.setenv(CAPTURE, "SPAN_ONLY")
    monkeypatch.setenv("SPANWISE_REDACT", "none")
    monkeypatch.setenv("SPANWISE_CONTENT_MAX_BYTES", "300")
    spans = instrumented()
    spanwise.instrument(
        tracer_provider=spans.provider,
        raise_faults=True,
        redactor=lambda text, where: text.upper() if where == "gen_ai.input.messages" else None,
    )
    asked = {**CHAT[1], "messages": [{"role": "user", "content": "ann@example.com " + "a" * 1000}]}
    client.post(CHAT[0], json=asked)
    span = spans.one()
    said = content(span, "gen_ai.input.messages")[0]["parts"][0]["content"]
    assert said.startswith("ANN@EXAMPLE.COM AAA")
    assert "…[cut " in said
    assert span.attributes["spanwise.content.cut"] is True
    assert content(span, "gen_ai.output.messages") == [{"role": "assistant", "parts": [{"type": "text"}]}]


def test_uninstrument_ends_the_capture(monkeypatch, instrumented, client):
    monkeypatch.setenv(CAPTURE, "SPAN_ONLY")
    instrumented()
    spanwise.uninstrument()
    monkeypatch.delenv(CAPTURE)
    spans = instrumented()
    client.post(CHAT[0], json=CHAT[1])
    assert not spans.one().attributes.keys() & CONTENT


def test_a_real_client_s_loop_tells_tools_what_they_were_called_with_and_gave(speaker, told):
    inferred.CALLS.forget()
    speaker.play(Say(tool=TOOL), otherwise=Say())
    tools = [{"type": "function", "function": {"name": TOOL[1], "parameters": {"type": "object"}}}]
    messages: list = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Weather?"}]
    with openai.OpenAI(base_url=f"{speaker.address}/v1", api_key="k", max_retries=0) as client:
        said = client.chat.completions.create(model="m", messages=messages, tools=tools).choices[0].message
        messages.append(said.model_dump(exclude_none=True))
        messages.append({"role": "tool", "tool_call_id": TOOL[0], "content": "sunny, ask ann@example.com"})
        client.chat.completions.create(model="m", messages=messages, tools=tools)
    (tool,) = told.named("execute_tool")
    assert json.loads(tool.attributes["gen_ai.tool.call.arguments"]) == json.loads(TOOL[2])
    assert tool.attributes["gen_ai.tool.call.result"] == "sunny, ask [redacted:email]"
    last = told.named("chat")[-1]
    roles = [message["role"] for message in content(last, "gen_ai.input.messages")]
    assert roles == ["system", "user", "assistant", "tool"]
    assert content(last, "gen_ai.tool.definitions")[0]["name"] == TOOL[1]


async def test_tools_of_ones_own_tell_what_they_were_called_with_and_gave(told):
    @spanwise.tool
    def search(query, *, limit=3):
        return {"hits": limit, "for": query}

    @spanwise.tool("fetch")
    async def fetch(url):
        return f"from {url}"

    @spanwise.tool
    def rows(count):
        yield from range(count)

    @spanwise.agent
    def lead(task):
        return task

    search("ann@example.com", limit=1)
    await fetch("https://a")
    list(rows(2))
    lead("secret")
    content_of = {
        span.name: {key.rpartition(".")[2]: value for key, value in span.attributes.items() if "tool.call" in key}
        for span in told.all()
    }
    assert content_of == {
        "execute_tool search": {
            "arguments": '{"query":"[redacted:email]","limit":1}',
            "result": '{"hits":1,"for":"[redacted:email]"}',
        },
        "execute_tool fetch": {"arguments": '{"url":"https://a"}', "result": "from https://a"},
        "execute_tool rows": {"arguments": '{"count":2}', "result": "[0,1]"},
        "invoke_agent lead": {},
    }


async def test_generator_tool_tells_what_it_gave_also_where_it_is_left_or_fails(told):
    @spanwise.tool
    async def words(text):
        for word in text.split():
            yield word

    @spanwise.tool
    def failing():
        yield "half "
        yield "an answer for ann@example.com"
        raise LookupError

    assert [word async for word in words("a b c")] == ["a", "b", "c"]
    left = words("a b c")
    await anext(left)
    await left.aclose()
    with pytest.raises(LookupError):
        list(failing())
    results = [span.attributes["gen_ai.tool.call.result"] for span in told.all()]
    assert results == ["abc", "a", "half an answer for [redacted:email]"]
    assert told.all()[2].attributes["error.type"] == "LookupError"


def test_generator_tool_without_end_keeps_no_more_than_may_be_told(monkeypatch, instrumented):
    monkeypatch.setenv(CAPTURE, "SPAN_ONLY")
    monkeypatch.setenv("SPANWISE_CONTENT_MAX_BYTES", "1000")
    spans = instrumented()

    @spanwise.tool
    def pages():
        for number in range(1000):
            yield f"page {number} "

    assert len(list(pages())) == 1000
    attributes = spans.one().attributes
    assert attributes["spanwise.content.cut"] is True
    assert len(attributes["gen_ai.tool.call.result"]) <= 1000
    assert attributes["gen_ai.tool.call.result"].startswith("page 0 page 1 ")


def test_block_tells_what_its_tool_is_called_with_and_gives(told):
    with spanwise.tool("search"):
        spanwise.tool_content(arguments={"query": "ann@example.com"})
        with spanwise.agent("helper"):
            spanwise.tool_content(result=["a", "b"])
    spanwise.tool_content(result="of no tool")
    helper, search = told.all()
    assert not helper.attributes.keys() & {"gen_ai.tool.call.arguments", "gen_ai.tool.call.result"}
    assert search.attributes["gen_ai.tool.call.arguments"] == '{"query":"[redacted:email]"}'
    assert search.attributes["gen_ai.tool.call.result"] == '["a","b"]'


def test_block_tells_nothing_where_content_is_not_captured(spans):
    with spanwise.tool("search"):
        spanwise.tool_content(arguments="q", result="r")
    assert dict(spans.one().attributes) == {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search"}


def test_tools_say_nothing_of_what_they_do_unless_asked(spans):
    @spanwise.tool
    def search(query):
        return query

    search("q")
    told = dict(spans.one().attributes)
    digests = [told.pop(f"spanwise.tool.{name}_hash") for name in ("arguments", "result")]
    assert all(len(digest) == len("keyed:") + 16 for digest in digests)
    assert told == {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search"}


def test_wrong_values_are_told_with_all_other_faults_of_the_configuration(monkeypatch, instrumented):
    monkeypatch.setenv(CAPTURE, "maybe")
    monkeypatch.setenv("SPANWISE_REDACT", "phone")
    monkeypatch.setenv("SPANWISE_STREAM_USAGE", "perhaps")
    with pytest.raises(ValueError, match="SPANWISE_STREAM_USAGE: got 'perhaps'") as raised:
        instrumented()
    assert f"{CAPTURE}: got 'maybe', expected one of no_content, span_only" in str(raised.value)
    assert "SPANWISE_REDACT: got 'phone', expected all, none, or some of api_key" in str(raised.value)
