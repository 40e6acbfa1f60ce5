"""Calls of one conversation without any span around them are one run, over every API, plain and streamed."""

import json

import httpx2
import openai
import pytest

import spanwise
from spanwise import conversations
from tests.instrumentation.test_exchange import begin
from tests.support.own_calls import CLAUDE_ID, SSE, TEXT, model
from tests.support.protocols import server
from tests.support.protocols.shape import Call, Say

ASKED = "Where does the Danube flow?"
SAYS = "".join(Say().words).strip()
NEXT = "And the Rhine?"
USER = {"role": "user", "content": ASKED}
MORE = {"role": "user", "content": NEXT}
PARTS = {"role": "user", "content": [{"text": ASKED}]}
MORE_PARTS = {"role": "user", "content": [{"text": NEXT}]}
SYSTEM = {"role": "system", "content": "You are brief."}
CONVERSE = model(CLAUDE_ID, "converse")
GEMINI = "/v1beta/models/gemini-2.5-flash"


def chat(*turns, **more):
    return {"model": "m", "messages": [*turns], **more}


def said(**turn):
    return {"role": "assistant", **turn}


def contents(*turns):
    return {"contents": [{"role": role, "parts": [{"text": text}]} for role, text in turns]}


GEMINI_FIRST = contents(("user", ASKED))
GEMINI_NEXT = contents(("user", ASKED), ("model", SAYS), ("user", NEXT))
TEXTED = [{"type": "text", "text": SAYS}]
# What is asked, and what is asked next with the answer written down as callers of that API do: path, first, next.
CASES = {
    "chat": ("/v1/chat/completions", chat(SYSTEM, USER), chat(SYSTEM, USER, said(content=SAYS), MORE)),
    "chat parts": (
        "/v1/chat/completions",
        chat(USER),
        chat(USER, said(content=TEXTED, refusal=None, tool_calls=None), SYSTEM, MORE),
    ),
    "responses": (
        "/v1/responses",
        {"model": "m", "input": [USER]},
        {"model": "m", "input": [USER, said(id="msg_1", type="message", content=TEXTED), MORE]},
    ),
    "responses of a text": (
        "/v1/responses",
        {"model": "m", "input": ASKED},
        {"model": "m", "input": [USER, {"type": "reasoning", "summary": []}, said(content=SAYS), MORE]},
    ),
    "anthropic": ("/v1/messages", chat(USER), chat(USER, said(content=TEXTED), MORE)),
    "gemini": (f"{GEMINI}:generateContent", GEMINI_FIRST, GEMINI_NEXT),
    "interactions": (
        "/v1beta/interactions",
        {"model": "m", "input": [{"type": "user_input", "content": TEXTED}]},
        {
            "model": "m",
            "input": [
                {"type": "user_input", "content": TEXTED},
                {"type": "thought", "signature": "x"},
                {"type": "model_output", "content": TEXTED},
                {"type": "user_input", "content": [{"type": "text", "text": NEXT}]},
            ],
        },
    ),
    "converse": (
        CONVERSE,
        {"messages": [PARTS]},
        {"messages": [PARTS, said(content=[{"text": SAYS}]), MORE_PARTS]},
    ),
    "cohere": ("/v2/chat", chat(USER), chat(USER, said(content=TEXTED), MORE)),
    "cohere v1": (
        "/v1/chat",
        {"model": "m", "message": ASKED},
        {
            "model": "m",
            "message": NEXT,
            "chat_history": [{"role": "USER", "message": ASKED}, {"role": "CHATBOT", "message": SAYS}],
        },
    ),
    "ollama": ("/api/chat", chat(USER, stream=False), chat(USER, said(content=SAYS), MORE)),
    "dashscope": (
        TEXT,
        {"model": "m", "input": {"messages": [USER]}},
        {"model": "m", "input": {"messages": [USER, said(content=SAYS), MORE]}},
    ),
}
STREAMS = {
    "gemini": {"path": f"{GEMINI}:streamGenerateContent"},
    "converse": {"path": f"{CONVERSE}-stream"},
    "dashscope": {"headers": SSE},
    "dashscope incremental": {"headers": SSE, "parameters": {"incremental_output": True}},
}


def compact(body) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()


def ask(path, body, *, say=None, stream=None):
    """One call, answered by the protocol that speaks the path."""
    stream = stream or {}
    path, headers = stream.get("path", path), stream.get("headers", {})
    more = {key: value for key, value in stream.items() if key in {"stream", "parameters"}}
    data = compact({**body, **more})
    (speaker,) = (protocol for protocol in server.PROTOCOLS if protocol.speaks(path))
    reply = speaker.answer(Call(path, "", {name.lower(): value for name, value in headers.items()}, data), say or Say())
    call = begin(headers, url=httpx2.URL(f"http://host:1{path}"), body=data)
    assert call is not None
    if reply.streamed:
        watch, _ = call.watch(reply.status, reply.content_type, "", bytes)
        assert watch is not None
        for part in reply.parts:
            watch.feed(part)
        watch.finish()
    else:
        call.read(b"".join(reply.parts), reply.status, reply.content_type)


def runs(spans):
    """The traces of the calls, in the order in which they began, as small numbers."""
    calls = sorted(spans.all(), key=lambda span: span.start_time)
    traces = [span.context.trace_id for span in calls if not span.name.startswith("execute_tool")]
    return [list(dict.fromkeys(traces)).index(trace) for trace in traces]


@pytest.mark.parametrize("name", CASES)
def test_call_that_goes_on_with_what_was_answered_is_of_that_run(spans, name):
    path, first, following = CASES[name]
    ask(path, first)
    ask(path, following)
    assert runs(spans) == [0, 0]
    begun, gone_on = spans.all()
    assert (begun.parent, gone_on.parent.span_id) == (None, begun.context.span_id)


@pytest.mark.parametrize("name", [*CASES, "dashscope incremental"])
def test_streamed_answer_is_gone_on_with_as_well(spans, name):
    path, first, following = CASES[name.removesuffix(" incremental")]
    ask(path, first, stream=STREAMS.get(name, {"stream": True}))
    ask(path, following)
    assert spans.all()[0].attributes["gen_ai.request.stream"] is True
    assert runs(spans) == [0, 0]


@pytest.mark.parametrize("name", CASES)
def test_another_answer_to_the_same_question_ties_nothing(spans, name):
    path, first, following = CASES[name]
    ask(path, first, say=Say(words=("Not ", "there.")))
    ask(path, following)
    ask(path, first)
    assert runs(spans) == [0, 1, 2]


def test_long_conversation_is_one_run_and_two_that_begin_alike_are_two(spans):
    mine, theirs = [SYSTEM, USER], [SYSTEM, USER]
    for number in range(3):
        for turns, who in ((mine, "I"), (theirs, "You")):
            words = f"{who} say {number}"
            ask("/v1/chat/completions", chat(*turns), say=Say(words=(words,)))
            turns += [said(content=words), MORE]
    assert runs(spans) == [0, 1, 0, 1, 0, 1]
    first, second = spans.all()[:2]
    assert {span.parent.span_id for span in spans.all()[2:]} == {first.context.span_id, second.context.span_id}


def test_of_two_alike_to_the_letter_the_newest_is_gone_on_with(spans):
    path, first, following = CASES["chat"]
    ask(path, first)
    ask(path, first)
    ask(path, following)
    assert runs(spans) == [0, 1, 1]


def test_answer_that_was_no_answer_is_not_gone_on_with(spans):
    path, first, following = CASES["chat"]
    ask(path, first, say=Say(status=500))
    ask(path, following)
    assert runs(spans) == [0, 1]


def test_conversation_inside_a_span_stays_there(spans):
    path, first, following = CASES["chat"]
    with spanwise.agent("a"):
        ask(path, first)
    ask(path, following)
    with spanwise.agent("b"):
        ask(path, following)
    names = [span.attributes.get("gen_ai.agent.name") for span in spans.named("chat")]
    assert names == ["a", None, "b"]
    assert len({span.context.trace_id for span in spans.named("chat")}) == 3


def test_mark_of_the_cache_that_moves_along_does_not_part_turns(spans):
    def marked(text: str, *, mark: bool):
        part = {"type": "text", "text": text}
        return {"role": "user", "content": [{**part, "cache_control": {"type": "ephemeral"}} if mark else part]}

    ask("/v1/messages", chat(marked(ASKED, mark=True)))
    ask("/v1/messages", chat(marked(ASKED, mark=False), said(content=TEXTED), marked(NEXT, mark=True)))
    assert runs(spans) == [0, 0]


def test_turn_that_the_caller_begins_for_the_model_is_one_with_the_answer(spans):
    ask("/v1/messages", chat(USER, said(content="It is here: ")))
    ask("/v1/messages", chat(USER, said(content=f"It is here: {SAYS}"), MORE))
    ask("/v1/messages", chat(USER, said(content="It is here: "), said(content=TEXTED), MORE))
    assert runs(spans) == [0, 0, 0]


@pytest.mark.parametrize(
    ("path", "turns", "call", "result"),
    [
        (
            f"{GEMINI}:generateContent",
            "contents",
            {"role": "model", "parts": [{"functionCall": {"name": "weather", "args": {"city": "Wien"}}}]},
            {"role": "user", "parts": [{"functionResponse": {"name": "weather", "response": {"deg": 9}}}]},
        ),
        (
            "/api/chat",
            "messages",
            said(content="", tool_calls=[{"function": {"name": "weather", "arguments": {"city": "Wien"}}}]),
            {"role": "tool", "tool_name": "weather", "content": "9"},
        ),
    ],
)
def test_loop_whose_tool_calls_have_no_ids_is_one_run_with_its_tools(spans, path, turns, call, result):
    first = {"role": "user", "parts": [{"text": ASKED}]} if turns == "contents" else USER
    weather = Say(tool=("", "weather", '{"city":"Wien"}'))
    ask(path, {"model": "m", "stream": False, turns: [first]}, say=weather)
    ask(path, {"model": "m", "stream": False, turns: [first, call, result]})
    assert runs(spans) == [0, 0]
    (tool,) = spans.named("execute_tool")
    assert (tool.name, tool.context.trace_id) == ("execute_tool weather", spans.all()[0].context.trace_id)


def response_ids(spans):
    return [span.attributes["gen_ai.response.id"] for span in spans.all()]


def test_response_and_conversation_that_are_named_tie_exactly(spans):
    ask("/v1/responses", {"model": "m", "input": ASKED, "conversation": "conv_1"}, say=Say(words=("Yes",)))
    ask("/v1/responses", {"model": "m", "input": NEXT, "conversation": {"id": "conv_1"}})
    ask("/v1/responses", {"model": "m", "input": NEXT, "previous_response_id": response_ids(spans)[0]})
    ask("/v1/responses", {"model": "m", "input": NEXT, "previous_response_id": "resp_another"})
    ask("/v1/responses", {"model": "m", "input": NEXT, "conversation": "conv_2"})
    assert runs(spans) == [0, 0, 0, 1, 2]


def test_what_is_remembered_is_bounded_in_number_and_in_time(monkeypatch, spans):
    path, first, following = CASES["chat"]
    monkeypatch.setattr(conversations, "MOST", 2)
    for number in range(5):
        ask(path, first, say=Say(words=(str(number),)))
    assert len(conversations.CONVERSATIONS) == 2
    monkeypatch.setattr(conversations, "KEPT_NS", -1)
    ask(path, chat(SYSTEM, USER, said(content="4"), MORE))
    ask(path, following)
    assert runs(spans) == list(range(7))


def test_loop_of_a_real_client_without_tools_is_one_run(spans):
    def answer(request: httpx2.Request) -> httpx2.Response:
        turns = len(json.loads(request.content)["messages"])
        message = {"role": "assistant", "content": f"answer {turns}"}
        return httpx2.Response(200, json={"id": "i", "model": "m", "choices": [{"index": 0, "message": message}]})

    client = openai.OpenAI(api_key="none", http_client=httpx2.Client(transport=httpx2.MockTransport(answer)))
    turns = [{"role": "user", "content": "über"}]
    for _ in range(3):
        reply = client.chat.completions.create(model="m", messages=turns).choices[0].message
        turns += [reply, {"role": "user", "content": "Check that."}]
    assert runs(spans) == [0, 0, 0]


def test_what_nobody_went_on_with_is_forgotten_with_all_else(spans):
    path, first, following = CASES["chat"]
    ask(path, first)
    conversations.CONVERSATIONS.forget()
    ask(path, following)
    assert runs(spans) == [0, 1]
