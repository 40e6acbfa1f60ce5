"""OpenAI responses, plain and streamed."""

import json

from tests.support.protocols.openai_chat import MODEL, error, tokens
from tests.support.protocols.shape import Call, Reply, Say

ID = "resp_matrix"


def speaks(path: str) -> bool:
    return path.endswith("/responses")


def answer(call: Call, say: Say) -> Reply:
    if say.status >= 400:
        return error(say.status)
    body = json.loads(call.body)
    told = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": body["model"],
        "gen_ai.response.model": MODEL,
        "gen_ai.response.id": ID,
        **tokens(say),
    }
    if not body.get("stream"):
        return Reply((json.dumps(response(say, "completed")).encode(),), told=told)
    return Reply(tuple(events(say)), "text/event-stream", streamed=True, told=told)


def response(say: Say, status: str) -> dict[str, object]:
    done = status == "completed"
    return {
        "id": ID,
        "object": "response",
        "created_at": 1_795_000_000,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": MODEL,
        "output": [item(say, "completed")] if done else [],
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "usage": usage(say) if done else None,
    }


def usage(say: Say) -> dict[str, object]:
    return {
        "input_tokens": say.input_tokens,
        "input_tokens_details": {"cached_tokens": say.cache_read_tokens, "cache_write_tokens": 0},
        "output_tokens": say.output_tokens,
        "output_tokens_details": {"reasoning_tokens": say.reasoning_tokens},
        "total_tokens": say.input_tokens + say.output_tokens,
    }


def item(say: Say, status: str) -> dict[str, object]:
    done = status == "completed"
    if say.tool:
        call_id, name, arguments = say.tool
        return {
            "type": "function_call",
            "id": "fc_1",
            "call_id": call_id,
            "name": name,
            "arguments": arguments if done else "",
            "status": status,
        }
    content = [{"type": "output_text", "text": "".join(say.words), "annotations": [], "logprobs": []}] if done else []
    return {"type": "message", "id": "msg_1", "role": "assistant", "status": status, "content": content}


def events(say: Say) -> list[bytes]:
    at = {"output_index": 0, "item_id": "fc_1" if say.tool else "msg_1"}
    if say.tool:
        said = [
            {"type": "response.function_call_arguments.delta", **at, "delta": say.tool[2]},
            {"type": "response.function_call_arguments.done", **at, "arguments": say.tool[2], "name": say.tool[1]},
        ]
    else:
        at["content_index"] = 0
        part = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
        full = {**part, "text": "".join(say.words)}
        said = [
            {"type": "response.content_part.added", **at, "part": part},
            *({"type": "response.output_text.delta", **at, "delta": word, "logprobs": []} for word in say.words),
            {"type": "response.output_text.done", **at, "text": full["text"], "logprobs": []},
            {"type": "response.content_part.done", **at, "part": full},
        ]
    planned = [
        {"type": "response.created", "response": response(say, "in_progress")},
        {"type": "response.in_progress", "response": response(say, "in_progress")},
        {"type": "response.output_item.added", "output_index": 0, "item": item(say, "in_progress")},
        *said,
        {"type": "response.output_item.done", "output_index": 0, "item": item(say, "completed")},
        {"type": "response.completed", "response": response(say, "completed")},
    ]
    return [
        f"event: {event['type']}\ndata: {json.dumps({**event, 'sequence_number': index})}\n\n".encode()
        for index, event in enumerate(planned)
    ]
