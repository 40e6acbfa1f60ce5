"""What a provider does and an agent asks, again and again alike: the ways that a call can go, on every API."""

import gzip
import json
from collections.abc import Iterable
from dataclasses import replace

from tests.support import own_calls, rich_calls, wire
from tests.support.callers import BODY, CHAT, STREAM
from tests.support.protocols import bedrock, openai_responses
from tests.support.protocols.shape import Call, Reply, Say
from tests.support.stage import Answers, Scenario

HASTE_S = 0.01
TOOL = ("call_1", "weather", '{"city":"Wien"}')
ASKED: dict = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": TOOL[2]}}
TURNS: list = [
    *BODY["messages"],
    {"role": "assistant", "content": None, "tool_calls": [ASKED]},
    {"role": "tool", "tool_call_id": "call_1", "content": "sunny"},
]
LOOP = {**STREAM, "messages": TURNS}
SAID = {"role": "assistant", "content": "The Danube flows east."}
MORE = {**BODY, "messages": [*BODY["messages"], SAID, {"role": "user", "content": "And then?"}]}
BACKGROUND = {"model": "m", "input": "Where?", "background": True}
LIMITS = {
    "x-ratelimit-remaining-requests": "7",
    "x-ratelimit-reset-requests": "6m0s",
    "anthropic-ratelimit-tokens-reset": "2026-11-20T10:00:00Z",
    "x-litellm-response-cost": "0.25",
}
TITANS = ("/model/amazon.titan-text-express-v1/invoke", {"inputText": "Where?"}, {})
TITAN = b'{"inputTextTokenCount":5,"results":[{"tokenCount":7,"outputText":"a","completionReason":"FINISH"}]}'
_USAGE = ("usage", "usageMetadata", "meta", "prompt_eval_count", "eval_count")


def saying(*script: Say) -> Answers:
    def answers(server: wire.Wire) -> wire.Answer:
        return lambda call: wire.http(_reply(call, script[min(len(server.calls), len(script)) - 1]))

    return answers


def _reply(call: Call, say: Say | None = None) -> Reply:
    if not call.path.endswith("/v1/completions"):
        return wire.spoken(call, say)
    if b'"stream": true' not in call.body and b'"stream":true' not in call.body:
        return Reply((rich_calls.COMPLETION,))
    events = (b"data: " + rich_calls.COMPLETION + b"\n\n", b"data: [DONE]\n\n")
    return Reply(events, "text/event-stream", streamed=True)


def _halting(call: Call) -> Iterable[wire.Piece]:
    pieces = [piece for piece in wire.http(wire.spoken(call)) if isinstance(piece, bytes)]
    return [b"".join(pieces[:3]), wire.Halt]  # at once: what comes before the time-out must not depend on the clock


def _cutting(call: Call) -> Iterable[wire.Piece]:
    pieces = wire.http(_reply(call))
    return [*pieces[:3], wire.Cut] if len(pieces) > 1 else [pieces[0][:-20], wire.Cut]  # type: ignore[index]


def _crumbling(call: Call) -> Iterable[wire.Piece]:
    reply = wire.spoken(call)
    if not reply.streamed:
        return wire.http(reply)
    whole = b"".join(reply.parts)
    return wire.http(replace(reply, parts=tuple(whole[at : at + 90] for at in range(0, len(whole), 90))))


def _untyped(call: Call) -> Iterable[wire.Piece]:
    return wire.http(replace(wire.spoken(call), content_type="application/octet-stream"))


def _packing(call: Call) -> Iterable[wire.Piece]:
    reply = wire.spoken(call)
    packed = gzip.compress(b"".join(reply.parts), mtime=0)
    return wire.http(replace(reply, parts=(packed,), headers={"content-encoding": "gzip"}))


def _limiting(call: Call) -> Iterable[wire.Piece]:
    return wire.http(replace(wire.spoken(call), headers=LIMITS))


def _counting_nothing(call: Call) -> Iterable[wire.Piece]:
    """Answer whole, and say nothing of the tokens."""
    reply = _reply(call)
    told = {key: value for key, value in json.loads(reply.parts[0]).items() if key not in _USAGE}
    return wire.http(replace(reply, parts=(json.dumps(told).encode(),)))


def _whole_and_packed(call: Call) -> Iterable[wire.Piece]:
    """Answer whole and compressed, though a stream was asked for."""
    return _packing(replace(call, body=json.dumps(BODY).encode()))


def _failing_inside(call: Call) -> Iterable[wire.Piece]:
    """Answer with 200 and an error, in a stream after it has begun."""
    if "stream" not in call.path and not json.loads(call.body).get("stream"):
        return wire.http(Reply((json.dumps({"error": {"status": "INTERNAL", "code": "overloaded"}}).encode(),)))
    reply = wire.spoken(call)
    error = b'data: {"error":{"message":"no","code":"overloaded"}}\n\n'
    if reply.content_type == bedrock.STREAM:
        error = bedrock.exception("throttlingException")
    return wire.http(replace(reply, parts=(*reply.parts[:2], error)))


def _in_the_background(call: Call) -> Iterable[wire.Piece]:
    status = "cancelled" if call.path.endswith("/cancel") else "queued"
    told = {**openai_responses.response(Say(), "completed"), "status": status}
    return wire.http(Reply((json.dumps(told).encode(),)))


def _always(answer: wire.Answer) -> Answers:
    return lambda _: answer


_PLAIN, _STREAMED, _LOOP = (CHAT, BODY, {}), (CHAT, STREAM, {}), (CHAT, LOOP, {})
SCENARIOS = {
    "plain": Scenario(saying(Say()), (_PLAIN,)),
    "streamed": Scenario(saying(Say()), (_STREAMED,)),
    "in crumbs": Scenario(_always(_crumbling), (_STREAMED,)),
    "without its type": Scenario(_always(_untyped), (_STREAMED,)),
    "compressed": Scenario(_always(_packing), (_PLAIN, (CHAT, STREAM, {"content-digest": "x"}))),
    "compressed whole": Scenario(_always(_whole_and_packed), ((CHAT, STREAM, {"content-digest": "x"}),)),
    "tool loop": Scenario(saying(Say(tool=TOOL), Say()), (_STREAMED, _LOOP)),
    "429 then 200": Scenario(saying(Say(status=429), Say()), (_STREAMED, _STREAMED)),
    "500": Scenario(saying(Say(status=500)), (_PLAIN,)),
    "option refused": Scenario(_always(wire.refusing), (_STREAMED,), asks_again=True),
    "no answer": Scenario(_always(lambda _: [wire.Cut]), (_PLAIN,)),
    "cut off": Scenario(_always(_cutting), (_STREAMED,)),
    "time-out": Scenario(_always(_halting), (_STREAMED,), HASTE_S),
}
"""For every transport; that of botocore makes calls of its own for them."""
PACKED = Scenario(_always(_packing), (_STREAMED,))
"""A provider that compresses what it was asked to send plain."""
FLOWS = {
    "conversation": Scenario(saying(Say()), (_PLAIN, (CHAT, MORE, {}))),
    "Azure's": Scenario(saying(Say()), (("/openai/deployments/gpt/chat/completions", {"messages": []}, {}),)),
    "Titan": Scenario(_always(lambda _: wire.http(Reply((TITAN,)))), (TITANS,)),
    "error inside": Scenario(_always(_failing_inside), (_STREAMED,)),
    "error inside, whole": Scenario(_always(_failing_inside), (_PLAIN, rich_calls.PLAIN["gemini"])),
    "error inside, Bedrock": Scenario(_always(_failing_inside), (own_calls.STREAMED["converse"],)),
    "rate limits": Scenario(_always(_limiting), (_PLAIN,)),
    "background": Scenario(
        _always(_in_the_background),
        (("/v1/responses", BACKGROUND, {}), (f"/v1/responses/{openai_responses.ID}/cancel", {}, {})),
    ),
}
READERS = {
    **{f"{name} plain": Scenario(saying(Say()), (case,)) for name, case in own_calls.PLAIN.items()},
    **{f"{name} streamed": Scenario(saying(Say()), (case,)) for name, case in own_calls.STREAMED.items()},
    **{f"{name} tool": Scenario(saying(Say(tool=TOOL)), (own_calls.STREAMED[name],)) for name in own_calls.TOOLED},
}
RICH = {
    **{f"rich {name} plain": Scenario(saying(Say(tool=TOOL)), (case,)) for name, case in rich_calls.PLAIN.items()},
    **{
        f"rich {name} streamed": Scenario(saying(Say(tool=TOOL)), (case,)) for name, case in rich_calls.STREAMED.items()
    },
    **{f"rich {name} cut": Scenario(_always(_cutting), (case,)) for name, case in rich_calls.STREAMED.items()},
    **{
        f"{name} uncounted": Scenario(_always(_counting_nothing), (case,))
        for name, case in {**own_calls.PLAIN, **rich_calls.PLAIN}.items()
        if name in rich_calls.PLAIN or "embed" in name or "rerank" in name
    },
}
"""Requests with all there can be in them, answered by a tool call, broken off, and without a word of the tokens."""
