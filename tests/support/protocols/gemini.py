"""Gemini's generateContent, plain, as server-sent events and as a JSON array, and its embeddings."""

import json

from tests.support.protocols.shape import Call, Reply, Say

ID = "matrix-response"
MODEL = "gemini-2.5-flash-001"
_STATUSES = {400: "INVALID_ARGUMENT", 429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE"}
_VERBS = (":generateContent", ":streamGenerateContent", ":embedContent", ":batchEmbedContents")
_PREDICTED = "/publishers/google/models/text-embedding-005:predict"


def speaks(path: str) -> bool:
    return path.endswith((*_VERBS, _PREDICTED))


def answer(call: Call, say: Say) -> Reply:
    if say.status >= 400:
        return error(say.status)
    name, _, verb = call.path.rpartition("/")[2].rpartition(":")
    if verb in {"embedContent", "batchEmbedContents", "predict"}:
        return embeddings(call, say, name)
    told = {
        "gen_ai.operation.name": "generate_content",
        "gen_ai.request.model": name,
        "gen_ai.response.model": MODEL,
        "gen_ai.response.id": ID,
        "gen_ai.response.finish_reasons": ["STOP"],
        "gen_ai.usage.input_tokens": say.input_tokens,
        "gen_ai.usage.output_tokens": say.output_tokens,
        "gen_ai.usage.cache_read.input_tokens": say.cache_read_tokens,
        "gen_ai.usage.reasoning.output_tokens": say.reasoning_tokens,
    }
    if verb == "generateContent":
        whole = response(parts(say) if say.tool else [{"text": "".join(say.words)}], usage(say), "STOP")
        return Reply((json.dumps(whole).encode(),), told=told)
    pieces = [json.dumps(piece).encode() for piece in responses(say)]
    if "alt=sse" in call.query:
        events = tuple(b"data: " + piece + b"\r\n\r\n" for piece in pieces)
        return Reply(events, "text/event-stream", streamed=True, told=told)
    array = [(b"[" if index == 0 else b",\r\n") + piece for index, piece in enumerate(pieces)]
    return Reply((*array, b"]\n"), streamed=True, told=told)


def error(status: int) -> Reply:
    """Answer a fault in the words of Google's APIs."""
    told = {"error": {"code": status, "message": "no", "status": _STATUSES.get(status, "UNKNOWN")}}
    return Reply((json.dumps(told).encode(),), status=status, told={"error.type": str(status)})


def embeddings(call: Call, say: Say, model: str) -> Reply:
    """Answer as the Gemini API does for one content and for as many as were sent, and as Vertex AI's older way does."""
    told = {
        "gen_ai.operation.name": "embeddings",
        "gen_ai.request.model": model,
        "gen_ai.usage.input_tokens": say.input_tokens,
    }
    vector = {"values": [0.25, -0.5, 0.125]}
    if call.path.endswith(_PREDICTED):
        counts = [say.input_tokens] + [0] * (len(json.loads(call.body)["instances"]) - 1)
        embedded = [{"embeddings": {**vector, "statistics": {"token_count": count}}} for count in counts]
        return Reply((json.dumps({"predictions": embedded}).encode(),), told=told)
    body: dict[str, object] = {"usageMetadata": {"promptTokenCount": say.input_tokens}}
    if call.path.endswith(":embedContent"):
        body["embedding"] = vector
    else:
        body["embeddings"] = [vector for _ in json.loads(call.body)["requests"]]
    return Reply((json.dumps(body).encode(),), told=told)


def usage(say: Say) -> dict[str, object]:
    """Tell the usage as the provider does: cached content inside the prompt, thoughts beside the candidates."""
    return {
        "promptTokenCount": say.input_tokens,
        "cachedContentTokenCount": say.cache_read_tokens,
        "candidatesTokenCount": say.output_tokens - say.reasoning_tokens,
        "thoughtsTokenCount": say.reasoning_tokens,
        "totalTokenCount": say.input_tokens + say.output_tokens,
    }


def parts(say: Say) -> list[dict[str, object]]:
    if say.tool:
        call_id, name, arguments = say.tool
        return [{"functionCall": {"id": call_id, "name": name, "args": json.loads(arguments)}}]
    return [{"text": word} for word in say.words]


def responses(say: Say) -> list[dict[str, object]]:
    """Give one response for each part; only the last has a finish reason and the whole usage."""
    planned = parts(say)
    begun = {"promptTokenCount": say.input_tokens, "totalTokenCount": say.input_tokens}
    return [
        *(response([part], begun, None) for part in planned[:-1]),
        response(planned[-1:], usage(say), "STOP"),
    ]


def response(content: list[dict[str, object]], usage: dict[str, object], finish: str | None) -> dict[str, object]:
    candidate: dict[str, object] = {"content": {"parts": content, "role": "model"}, "index": 0}
    if finish:
        candidate["finishReason"] = finish
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": MODEL, "responseId": ID}
