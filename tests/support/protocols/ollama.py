"""Ollama's own API: chat, generate and embed, plain and as lines of JSON."""

import json

from tests.support.protocols.shape import Call, Reply, Say

_OPERATIONS = {"/api/chat": "chat", "/api/generate": "text_completion", "/api/embed": "embeddings"}
_WHEN = "2026-11-20T08:00:00.000000Z"


def speaks(path: str) -> bool:
    return path.endswith(tuple(_OPERATIONS))


def answer(call: Call, say: Say) -> Reply:
    if say.status >= 400:
        return Reply((b'{"error":"no"}',), status=say.status, told={"error.type": str(say.status)})
    asked = json.loads(call.body)
    model = asked["model"]
    operation = next(name for path, name in _OPERATIONS.items() if call.path.endswith(path))
    told: dict[str, object] = {
        "gen_ai.operation.name": operation,
        "gen_ai.request.model": model,
        "gen_ai.response.model": model,
        "gen_ai.usage.input_tokens": say.input_tokens,
    }
    if operation == "embeddings":
        texts = [asked["input"]] if isinstance(asked["input"], str) else asked["input"]
        whole = {"model": model, "embeddings": [[0.1, 0.2]] * len(texts), "prompt_eval_count": say.input_tokens}
        return Reply((json.dumps(whole).encode(),), told=told)
    # Neither cache nor reasoning is told: thinking is counted as output.
    told |= {"gen_ai.usage.output_tokens": say.output_tokens, "gen_ai.response.finish_reasons": ["stop"]}
    chat = operation == "chat"
    end = {
        "done_reason": "stop",
        "total_duration": 4883583458,
        "load_duration": 1334875,
        "prompt_eval_count": say.input_tokens,
        "prompt_eval_duration": 342546000,
        "eval_count": say.output_tokens,
        "eval_duration": 4535599000,
    }
    if asked.get("stream") is False:
        whole = {"model": model, "created_at": _WHEN, **_piece("".join(say.words), say, chat=chat), "done": True, **end}
        return Reply((json.dumps(whole).encode(),), told=told)
    pieces = [_piece("", say, chat=chat)] if say.tool and chat else [_piece(word, say, chat=chat) for word in say.words]
    last = {"message": {"role": "assistant", "content": ""}} if chat else {"response": ""}
    lines = [{"model": model, "created_at": _WHEN, **piece, "done": False} for piece in pieces]
    lines.append({"model": model, "created_at": _WHEN, **last, "done": True, **end})
    sent = tuple(json.dumps(line).encode() + b"\n" for line in lines)
    return Reply(sent, "application/x-ndjson", streamed=True, told=told)


def _piece(text: str, say: Say, *, chat: bool) -> dict[str, object]:
    if not chat:
        return {"response": text}
    if not say.tool:
        return {"message": {"role": "assistant", "content": text}}
    call_id, name, arguments = say.tool
    call = {"id": call_id, "function": {"index": 0, "name": name, "arguments": json.loads(arguments)}}
    return {"message": {"role": "assistant", "content": "", "tool_calls": [call]}}
