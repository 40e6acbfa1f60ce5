"""DashScope's own API: text and multimodal generation, plain and streamed, and embeddings."""

import json

from tests.support.protocols.shape import Call, Reply, Say

ID = "9e5c6a5d-7d5b"
_TEXT = "/aigc/text-generation/generation"
_MULTIMODAL = "/aigc/multimodal-generation/generation"
_EMBEDDING = "/embeddings/text-embedding/text-embedding"


def speaks(path: str) -> bool:
    return path.endswith((_TEXT, _MULTIMODAL, _EMBEDDING))


def answer(call: Call, say: Say) -> Reply:
    if say.status >= 400:
        error = {"code": "Throttling" if say.status == 429 else "Fault", "message": "no", "request_id": ID}
        return Reply((json.dumps(error).encode(),), status=say.status, told={"error.type": str(say.status)})
    asked = json.loads(call.body)
    told: dict[str, object] = {
        "gen_ai.request.model": asked["model"],
        "gen_ai.response.id": ID,
        "gen_ai.usage.input_tokens": say.input_tokens,
    }
    if call.path.endswith(_EMBEDDING):
        texts = asked["input"]["texts"]
        vectors = [{"text_index": index, "embedding": [0.1, 0.2]} for index in range(len(texts))]
        usage = {"total_tokens": say.input_tokens}
        told["gen_ai.operation.name"] = "embeddings"
        return Reply((json.dumps(_told({"embeddings": vectors}, usage)).encode(),), told=told)
    told |= {
        "gen_ai.operation.name": "chat",
        "gen_ai.response.finish_reasons": ["tool_calls" if say.tool else "stop"],
        "gen_ai.usage.output_tokens": say.output_tokens,
        "gen_ai.usage.cache_read.input_tokens": say.cache_read_tokens,
        "gen_ai.usage.reasoning.output_tokens": say.reasoning_tokens,
    }
    parts = call.path.endswith(_MULTIMODAL)
    if call.headers.get("x-dashscope-sse") != "enable":
        whole = _told(_output("".join(say.words), say, say.tool, parts=parts, ended=True), _usage(say, 1.0))
        return Reply((json.dumps(whole, ensure_ascii=False).encode(),), told=told)
    incremental = (asked.get("parameters") or {}).get("incremental_output") is True
    events = _events(say, parts=parts, incremental=incremental)
    return Reply(tuple(events), "text/event-stream", streamed=True, told=told)


def _events(say: Say, *, parts: bool, incremental: bool) -> list[bytes]:
    """Say each word alone or with those before it; the usage so far comes with every event."""
    words = ("",) if say.tool else say.words
    sent: list[bytes] = []
    for at, word in enumerate(words, 1):
        ended = at == len(words)
        text = word if incremental else "".join(words[:at])
        output = _output(text, say, say.tool, parts=parts, ended=ended)
        data = json.dumps(_told(output, _usage(say, at / len(words))), ensure_ascii=False)
        sent.append(f"id:{at}\nevent:result\n:HTTP_STATUS/200\ndata:{data}\n\n".encode())
    return sent


def _output(text: str, say: Say, tool: tuple[str, str, str] | None, *, parts: bool, ended: bool) -> dict[str, object]:
    message: dict[str, object] = {"role": "assistant", "content": [{"text": text}] if parts else text}
    if tool:
        call_id, name, arguments = tool
        function = {"name": name, "arguments": arguments}
        message |= {
            "content": "",
            "tool_calls": [{"index": 0, "id": call_id, "type": "function", "function": function}],
        }
    reason = ("tool_calls" if say.tool else "stop") if ended else "null"
    return {"choices": [{"finish_reason": reason, "message": message}]}


def _usage(say: Say, share: float) -> dict[str, object]:
    made = round(say.output_tokens * share)
    return {
        "total_tokens": say.input_tokens + made,
        "input_tokens": say.input_tokens,
        "output_tokens": made,
        "prompt_tokens_details": {"cached_tokens": say.cache_read_tokens},
        "output_tokens_details": {"reasoning_tokens": say.reasoning_tokens},
    }


def _told(output: dict[str, object], usage: dict[str, object]) -> dict[str, object]:
    return {"output": output, "usage": usage, "request_id": ID}
