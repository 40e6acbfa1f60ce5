"""Cohere: chat of both versions, plain and streamed, embeddings and reranking."""

import json

from tests.support.protocols.shape import Call, Reply, Say

CHAT_ID, EMBED_ID, RERANK_ID = "c14c80c3-18eb", "54910170-852f", "07734bd2-2473"
_PATHS = ("/v2/chat", "/v1/chat", "/v2/embed", "/v1/embed", "/v2/rerank", "/v1/rerank")


def speaks(path: str) -> bool:
    return path.endswith(_PATHS)


def answer(call: Call, say: Say) -> Reply:
    if say.status >= 400:
        return Reply((b'{"id":"e1","message":"no"}',), status=say.status, told={"error.type": str(say.status)})
    asked = json.loads(call.body)
    told: dict[str, object] = {"gen_ai.request.model": asked.get("model")}
    if call.path.endswith("/embed"):
        return _embed(asked, say, told)
    if call.path.endswith("/rerank"):
        return _rerank(asked, told)
    told |= {
        "gen_ai.operation.name": "chat",
        "gen_ai.response.id": CHAT_ID,
        "gen_ai.response.finish_reasons": ["TOOL_CALL" if say.tool and call.path.endswith("/v2/chat") else "COMPLETE"],
        "gen_ai.usage.input_tokens": say.input_tokens,
        "gen_ai.usage.output_tokens": say.output_tokens,
        "gen_ai.usage.cache_read.input_tokens": say.cache_read_tokens,
    }
    return (_chat if call.path.endswith("/v2/chat") else _chat_v1)(asked, say, told)


def _usage(say: Say) -> dict[str, object]:
    """Tell the usage: billed, and with the provider's template around it; reasoning is not told apart."""
    return {
        "billed_units": {"input_tokens": say.input_tokens, "output_tokens": say.output_tokens},
        "tokens": {"input_tokens": say.input_tokens + 200, "output_tokens": say.output_tokens + 2},
        "cached_tokens": say.cache_read_tokens,
    }


def _chat(asked: dict, say: Say, told: dict[str, object]) -> Reply:
    reason = "TOOL_CALL" if say.tool else "COMPLETE"
    if asked.get("stream"):
        return Reply(tuple(_sse(each) for each in _events(say, reason)), "text/event-stream", streamed=True, told=told)
    message: dict[str, object] = {"role": "assistant"}
    if say.tool:
        message |= {"tool_plan": "I will look.", "tool_calls": [_tool_call(say.tool)]}
    else:
        message["content"] = [{"type": "text", "text": "".join(say.words)}]
    whole = {"id": CHAT_ID, "finish_reason": reason, "message": message, "usage": _usage(say)}
    return Reply((json.dumps(whole).encode(),), told=told)


def _tool_call(tool: tuple[str, str, str]) -> dict[str, object]:
    call_id, name, arguments = tool
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def _events(say: Say, reason: str) -> list[dict]:
    def delta(kind: str, **message: object) -> dict:
        return {"type": kind, "index": 0, "delta": {"message": message}}

    empty = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}
    if say.tool:
        call_id, name, arguments = say.tool
        said = [
            {"type": "tool-plan-delta", "delta": {"message": {"tool_plan": "I will look."}}},
            delta("tool-call-start", tool_calls=_tool_call((call_id, name, ""))),
            delta("tool-call-delta", tool_calls={"function": {"arguments": arguments}}),
            {"type": "tool-call-end", "index": 0},
        ]
    else:
        said = [
            delta("content-start", content={"type": "text", "text": ""}),
            *(delta("content-delta", content={"text": word}) for word in say.words),
            {"type": "content-end", "index": 0},
        ]
    return [
        {"id": CHAT_ID, "type": "message-start", "delta": {"message": empty}},
        *said,
        {"type": "message-end", "delta": {"finish_reason": reason, "usage": _usage(say)}},
    ]


def _sse(event: dict) -> bytes:
    return f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


def _chat_v1(asked: dict, say: Say, told: dict[str, object]) -> Reply:
    text = "" if say.tool else "".join(say.words)
    calls = [{"name": say.tool[1], "parameters": json.loads(say.tool[2])}] if say.tool else None
    whole = {
        "response_id": CHAT_ID,
        "text": text,
        "generation_id": "g1",
        "chat_history": [],
        "finish_reason": "COMPLETE",
        "meta": {"api_version": {"version": "1"}, **_usage(say)},
        **({"tool_calls": calls} if calls else {}),
    }
    if not asked.get("stream"):
        return Reply((json.dumps(whole).encode(),), told=told)
    events: list[dict] = [{"is_finished": False, "event_type": "stream-start", "generation_id": "g1"}]
    if calls:
        events.append({"is_finished": False, "event_type": "tool-calls-generation", "text": "", "tool_calls": calls})
    else:
        events += [{"is_finished": False, "event_type": "text-generation", "text": word} for word in say.words]
    end = {"is_finished": True, "event_type": "stream-end", "finish_reason": "COMPLETE", "response": whole}
    lines = tuple(json.dumps(event).encode() + b"\n" for event in (*events, end))
    return Reply(lines, "application/stream+json", streamed=True, told=told)


def _embed(asked: dict, say: Say, told: dict[str, object]) -> Reply:
    texts = asked.get("texts") or asked.get("inputs") or []
    kinds = asked.get("embedding_types")
    vectors = [[0.1, 0.2]] * len(texts)
    whole = {
        "id": EMBED_ID,
        "embeddings": dict.fromkeys(kinds, vectors) if kinds else vectors,
        "texts": texts,
        "response_type": "embeddings_by_type" if kinds else "embeddings_floats",
        "meta": {"api_version": {"version": "2"}, "billed_units": {"input_tokens": say.input_tokens}},
    }
    told |= {
        "gen_ai.operation.name": "embeddings",
        "gen_ai.response.id": EMBED_ID,
        "gen_ai.usage.input_tokens": say.input_tokens,
    }
    return Reply((json.dumps(whole).encode(),), told=told)


def _rerank(asked: dict, told: dict[str, object]) -> Reply:
    results = [{"index": index, "relevance_score": 0.9} for index in range(len(asked.get("documents") or []))]
    whole = {"id": RERANK_ID, "results": results, "meta": {"billed_units": {"search_units": 1}}}
    told |= {"gen_ai.operation.name": "rerank", "gen_ai.response.id": RERANK_ID}
    return Reply((json.dumps(whole).encode(),), told=told)
