"""What OpenAI answers besides chat completions: responses, embeddings and text completions, in documented shape."""

import base64
import json
import struct

WORDS = ("The ", "Danube ", "flows ", "east.")
ARGUMENTS = '{"river":"Danube"}'
RESPONSE_ID = "resp_68af4030"
RESPONSES_MODEL = "gpt-5-2025-08-07"
EMBEDDINGS_MODEL = "text-embedding-3-small"
COMPLETIONS_MODEL = "gpt-3.5-turbo-instruct:20230824-v2"


def answer(path: str, body: dict) -> dict | None:
    """Answer a plain request; None for a path that is none of these."""
    if path.endswith(("/responses", "/responses/compact")):
        return response(body, "queued" if body.get("background") else "completed")
    if path.endswith("/embeddings"):
        return embeddings(body)
    if path.endswith("/completions") and not path.endswith("/chat/completions"):
        return completion([choice(index, "".join(WORDS), "stop") for index in range(body.get("n") or 1)], usage=True)
    return None


def events(path: str, body: dict) -> list[bytes] | None:
    """Answer a streamed request; None for a path that is none of these."""
    if path.endswith("/responses"):
        return response_events(body)
    if path.endswith("/completions") and not path.endswith("/chat/completions"):
        return completion_events(asked=bool((body.get("stream_options") or {}).get("include_usage")))
    return None


def response(body: dict, status: str) -> dict:
    done = status == "completed"
    return {
        "id": RESPONSE_ID,
        "object": "response",
        "created_at": 1_756_315_696,
        "status": status,
        "background": bool(body.get("background")),
        "error": None,
        "incomplete_details": None,
        "instructions": body.get("instructions"),
        "model": RESPONSES_MODEL,
        "output": output(body) if done else [],
        "parallel_tool_calls": True,
        "previous_response_id": body.get("previous_response_id"),
        "reasoning": {"effort": "medium", "summary": None},
        "service_tier": "default" if done else "auto",
        "temperature": 1.0,
        "text": {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": body.get("tools") or [],
        "top_p": 1.0,
        "usage": response_usage() if done else None,
        "metadata": {},
    }


def response_usage() -> dict:
    return {
        "input_tokens": 36,
        "input_tokens_details": {"cached_tokens": 16, "cache_write_tokens": 8},
        "output_tokens": 87,
        "output_tokens_details": {"reasoning_tokens": 64},
        "total_tokens": 123,
    }


def output(body: dict) -> list[dict]:
    """Reason, then call the tool that was offered until its result is there, then speak."""
    thought = {"id": "rs_1", "type": "reasoning", "summary": []}
    given = body.get("input")
    results = [item for item in given if item.get("type") == "function_call_output"] if isinstance(given, list) else []
    if body.get("tools") and not results:
        call = {"id": "fc_1", "type": "function_call", "call_id": "call_1", "name": body["tools"][0]["name"]}
        return [thought, {**call, "arguments": ARGUMENTS, "status": "completed"}]
    part = {"type": "output_text", "text": "".join(WORDS), "annotations": [], "logprobs": []}
    return [
        thought,
        {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [part]},
    ]


def response_events(body: dict) -> list[bytes]:
    started, done = response(body, "in_progress"), response(body, "completed")
    thought, item = done["output"]
    at = {"item_id": item["id"], "output_index": 1}
    if item["type"] == "function_call":
        pieces = [
            {"type": "response.function_call_arguments.delta", **at, "delta": ARGUMENTS[:8]},
            {"type": "response.function_call_arguments.delta", **at, "delta": ARGUMENTS[8:]},
        ]
    else:
        at["content_index"] = 0
        part = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
        pieces = [
            {"type": "response.content_part.added", **at, "part": part},
            *({"type": "response.output_text.delta", **at, "delta": word, "logprobs": []} for word in WORDS),
            {"type": "response.output_text.done", **at, "text": "".join(WORDS), "logprobs": []},
            {"type": "response.content_part.done", **at, "part": item["content"][0]},
        ]
    planned = [
        {"type": "response.created", "response": started},
        {"type": "response.in_progress", "response": started},
        {"type": "response.output_item.added", "output_index": 0, "item": thought},
        {"type": "response.output_item.done", "output_index": 0, "item": thought},
        {"type": "response.output_item.added", "output_index": 1, "item": begun(item)},
        *pieces,
        {"type": "response.output_item.done", "output_index": 1, "item": item},
        {"type": "response.completed", "response": done},
    ]
    return [
        f"event: {event['type']}\ndata: {json.dumps({**event, 'sequence_number': number})}\n\n".encode()
        for number, event in enumerate(planned)
    ]


def begun(item: dict) -> dict:
    said = {"arguments": ""} if item["type"] == "function_call" else {"content": []}
    return {**item, **said, "status": "in_progress"}


def embeddings(body: dict) -> dict:
    given = body["input"]
    texts = given if isinstance(given, list) and given and not isinstance(given[0], int) else [given]
    vector = [0.25] * (body.get("dimensions") or 4)
    packed = base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
    said = packed if body.get("encoding_format") == "base64" else vector
    return {
        "object": "list",
        "data": [{"object": "embedding", "index": index, "embedding": said} for index in range(len(texts))],
        "model": EMBEDDINGS_MODEL,
        "usage": {"prompt_tokens": 8, "total_tokens": 8},
    }


def choice(index: int, text: str, finish: str | None) -> dict:
    return {"text": text, "index": index, "logprobs": None, "finish_reason": finish}


def completion(choices: list[dict], *, usage: bool) -> dict:
    told = {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12} if usage else None
    return {
        "id": "cmpl-uqkvlQ",
        "object": "text_completion",
        "created": 1_589_478_378,
        "model": COMPLETIONS_MODEL,
        "choices": choices,
        "usage": told,
    }


def completion_events(*, asked: bool) -> list[bytes]:
    pieces = [completion([choice(0, word, None)], usage=False) for word in WORDS]
    pieces.append(completion([choice(0, "", "stop")], usage=False))
    if asked:
        pieces.append(completion([], usage=True))
    return [*(b"data: " + json.dumps(piece).encode() + b"\n\n" for piece in pieces), b"data: [DONE]\n\n"]
