"""OpenAI chat completions, plain and streamed, as most compatible servers speak them too."""

import json

from tests.support.protocols.shape import Call, Reply, Say

ID = "chatcmpl-matrix"
MODEL = "gpt-4o-2024-08-06"


def speaks(path: str) -> bool:
    return path.endswith("/chat/completions")


def answer(call: Call, say: Say) -> Reply:
    if say.status >= 400:
        return error(say.status)
    body = json.loads(call.body)
    told = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": body["model"],
        "gen_ai.response.model": MODEL,
        "gen_ai.response.id": ID,
        "gen_ai.response.finish_reasons": [finish(say)],
    }
    if not body.get("stream"):
        return Reply((json.dumps(whole(say)).encode(),), told={**told, **tokens(say)})
    wanted = bool((body.get("stream_options") or {}).get("include_usage"))
    return Reply(
        tuple(events(say, with_usage=wanted)), "text/event-stream", streamed=True, told={**told, **tokens(say)}
    )


def error(status: int) -> Reply:
    """Answer a fault; a 429 asks to come again after a moment."""
    told = {"error": {"message": "slow down" if status == 429 else "no", "type": "fault", "code": None}}
    headers = {"retry-after-ms": "1", "retry-after": "0"} if status == 429 else {}
    return Reply((json.dumps(told).encode(),), status=status, headers=headers, told={"error.type": str(status)})


def tokens(say: Say) -> dict[str, object]:
    return {
        "gen_ai.usage.input_tokens": say.input_tokens,
        "gen_ai.usage.output_tokens": say.output_tokens,
        "gen_ai.usage.cache_read.input_tokens": say.cache_read_tokens,
        "gen_ai.usage.reasoning.output_tokens": say.reasoning_tokens,
    }


def finish(say: Say) -> str:
    return "tool_calls" if say.tool else "stop"


def usage(say: Say) -> dict[str, object]:
    return {
        "prompt_tokens": say.input_tokens,
        "completion_tokens": say.output_tokens,
        "total_tokens": say.input_tokens + say.output_tokens,
        "prompt_tokens_details": {"cached_tokens": say.cache_read_tokens},
        "completion_tokens_details": {"reasoning_tokens": say.reasoning_tokens},
    }


def whole(say: Say) -> dict[str, object]:
    message: dict[str, object] = {"role": "assistant", "content": None if say.tool else "".join(say.words)}
    if say.tool:
        message["tool_calls"] = [tool_call(say.tool)]
    choice = {"index": 0, "finish_reason": finish(say), "message": message}
    return {
        "id": ID,
        "object": "chat.completion",
        "created": 1_795_000_000,
        "model": MODEL,
        "choices": [choice],
        "usage": usage(say),
    }


def tool_call(tool: tuple[str, str, str]) -> dict[str, object]:
    call_id, name, arguments = tool
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def events(say: Say, *, with_usage: bool) -> list[bytes]:
    def event(choices: list[object], **more: object) -> bytes:
        chunk = {
            "id": ID,
            "object": "chat.completion.chunk",
            "created": 1_795_000_000,
            "model": MODEL,
            "choices": choices,
        }
        return b"data: " + json.dumps({**chunk, **more}).encode() + b"\n\n"

    def delta(content: dict[str, object], reason: str | None = None) -> list[object]:
        return [{"index": 0, "delta": content, "finish_reason": reason}]

    said: list[dict[str, object]] = [{"content": word} for word in say.words]
    if say.tool:
        said = [{"tool_calls": [{"index": 0, **tool_call(say.tool)}]}]
    none = {"usage": None} if with_usage else {}
    return [
        event(delta({"role": "assistant", "content": ""}), **none),
        *(event(delta(part), **none) for part in said),
        event(delta({}, finish(say)), **none),
        *([event([], usage=usage(say))] if with_usage else []),
        b"data: [DONE]\n\n",
    ]
