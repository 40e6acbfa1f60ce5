"""Anthropic messages, plain and streamed, at Anthropic's own path and at Vertex AI's."""

import json
from collections.abc import Iterable

from tests.support.protocols.shape import Call, Reply, Say

ID = "msg_01Matrix"
MODEL = "claude-sonnet-4-5-20250929"
_STATUSES = {
    400: "invalid_request_error",
    401: "authentication_error",
    429: "rate_limit_error",
    529: "overloaded_error",
}


def speaks(path: str) -> bool:
    if path.endswith("/v1/messages"):
        return True
    return "/publishers/anthropic/models/" in path and path.endswith((":rawPredict", ":streamRawPredict"))


def answer(call: Call, say: Say) -> Reply:
    if say.status >= 400:
        return error(say.status)
    body = json.loads(call.body)
    told = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": body.get("model") or call.path.rpartition("/")[2].rpartition(":")[0],
        "gen_ai.response.model": MODEL,
        "gen_ai.response.id": ID,
        "gen_ai.response.finish_reasons": [stop_reason(say)],
        "gen_ai.usage.input_tokens": say.input_tokens,
        "gen_ai.usage.output_tokens": say.output_tokens,
        "gen_ai.usage.cache_read.input_tokens": say.cache_read_tokens,
        "gen_ai.usage.cache_write.input_tokens": 0,
        "gen_ai.usage.reasoning.output_tokens": say.reasoning_tokens,
    }
    headers = {"request-id": "req_matrix"}
    if not body.get("stream"):
        whole = message(content=blocks(say), stop=stop_reason(say), usage=usage(say))
        return Reply((json.dumps(whole).encode(),), headers=headers, told=told)
    return Reply(tuple(sse(events(say))), "text/event-stream", streamed=True, headers=headers, told=told)


def error(status: int) -> Reply:
    """Answer a fault; a 429 asks to come again after a moment."""
    kind = _STATUSES.get(status, "api_error")
    told = {"type": "error", "error": {"type": kind, "message": "no"}, "request_id": "req_matrix"}
    headers = {"retry-after-ms": "1", "retry-after": "0"} if status == 429 else {}
    return Reply((json.dumps(told).encode(),), status=status, headers=headers, told={"error.type": str(status)})


def stop_reason(say: Say) -> str:
    return "tool_use" if say.tool else "end_turn"


def usage(say: Say) -> dict[str, object]:
    """Tell the usage as the provider does: the parts of the input apart, thinking inside the output."""
    return {
        "input_tokens": say.input_tokens - say.cache_read_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": say.cache_read_tokens,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
        "output_tokens": say.output_tokens,
        "output_tokens_details": {"thinking_tokens": say.reasoning_tokens},
        "service_tier": "standard",
    }


def message(*, content: list[dict[str, object]], stop: str | None, usage: dict[str, object]) -> dict[str, object]:
    return {
        "model": MODEL,
        "id": ID,
        "type": "message",
        "role": "assistant",
        "content": content,
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": usage,
    }


def blocks(say: Say) -> list[dict[str, object]]:
    if say.tool:
        call_id, name, arguments = say.tool
        return [{"type": "tool_use", "id": call_id, "name": name, "input": json.loads(arguments)}]
    return [{"type": "text", "text": "".join(say.words)}]


def events(say: Say) -> list[dict[str, object]]:
    if say.tool:
        call_id, name, arguments = say.tool
        block = {"type": "tool_use", "id": call_id, "name": name, "input": {}}
        deltas = [{"type": "input_json_delta", "partial_json": part} for part in ("", arguments)]
    else:
        block = {"type": "text", "text": ""}
        deltas = [{"type": "text_delta", "text": word} for word in say.words]
    first = {key: value for key, value in usage(say).items() if key != "output_tokens_details"}
    final = {key: value for key, value in usage(say).items() if key not in {"cache_creation", "service_tier"}}
    return [
        {"type": "message_start", "message": message(content=[], stop=None, usage={**first, "output_tokens": 1})},
        {"type": "content_block_start", "index": 0, "content_block": block},
        {"type": "ping"},
        *({"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": stop_reason(say), "stop_sequence": None},
            "usage": final,
        },
        {"type": "message_stop"},
    ]


def sse(planned: Iterable[dict[str, object]]) -> list[bytes]:
    return [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in planned]
