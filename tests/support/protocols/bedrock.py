"""Amazon Bedrock: Converse, ConverseStream, and InvokeModel as Claude, Nova and Llama answer it."""

import json
from base64 import b64encode
from binascii import crc32
from urllib.parse import unquote

from tests.support.protocols.shape import Call, Reply, Say

_ACTIONS = ("/converse", "/converse-stream", "/invoke", "/invoke-with-response-stream")
_ERRORS = {
    400: "ValidationException",
    403: "AccessDeniedException",
    404: "ResourceNotFoundException",
    424: "ModelErrorException",
    429: "ThrottlingException",
    503: "ServiceUnavailableException",
}
STREAM = "application/vnd.amazon.eventstream"


def speaks(path: str) -> bool:
    return "/model/" in path and path.endswith(_ACTIONS)


def answer(call: Call, say: Say) -> Reply:
    if say.status >= 400:
        name = _ERRORS.get(say.status, "InternalServerException")
        return Reply(
            (json.dumps({"message": "no"}).encode(),),
            status=say.status,
            headers={"x-amzn-ErrorType": f"{name}:http://internal.amazon.com/coral/"},
            told={"error.type": str(say.status)},
        )
    model, _, action = call.path.partition("/model/")[2].rpartition("/")
    model = unquote(model)
    told = truth(model, say)
    if action.startswith("converse"):
        return _converse(say, told, streamed=action.endswith("-stream"))
    return _invoke(model, say, told, streamed=action.endswith("-stream"))


def truth(model: str, say: Say) -> dict[str, object]:
    """Give the attributes of a truthful span: Bedrock tells no reasoning tokens."""
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": model,
        "gen_ai.response.finish_reasons": ["tool_use" if say.tool else "end_turn"],
        "gen_ai.usage.input_tokens": say.input_tokens,
        "gen_ai.usage.output_tokens": say.output_tokens,
        "gen_ai.usage.cache_read.input_tokens": say.cache_read_tokens,
        "gen_ai.usage.cache_write.input_tokens": 0,
    }


def message(headers: dict[str, str], payload: bytes) -> bytes:
    """Frame one message of an event stream: prelude, headers of strings, payload, and a sum over each part."""
    head = b"".join(
        bytes([len(name)]) + name.encode() + b"\x07" + len(value).to_bytes(2, "big") + value.encode()
        for name, value in headers.items()
    )
    prelude = (16 + len(head) + len(payload)).to_bytes(4, "big") + len(head).to_bytes(4, "big")
    whole = prelude + crc32(prelude).to_bytes(4, "big") + head + payload
    return whole + crc32(whole).to_bytes(4, "big")


def event(kind: str, payload: object) -> bytes:
    headers = {":event-type": kind, ":content-type": "application/json", ":message-type": "event"}
    return message(headers, json.dumps(payload).encode())


def exception(kind: str) -> bytes:
    """Frame the exception that ends a stream, such as throttlingException."""
    headers = {":exception-type": kind, ":content-type": "application/json", ":message-type": "exception"}
    return message(headers, b'{"message":"no"}')


def _usage(say: Say) -> dict[str, int]:
    fresh = say.input_tokens - say.cache_read_tokens
    return {
        "inputTokens": fresh,
        "outputTokens": say.output_tokens,
        "totalTokens": say.input_tokens + say.output_tokens,
        "cacheReadInputTokens": say.cache_read_tokens,
        "cacheWriteInputTokens": 0,
    }


def _stop(say: Say) -> str:
    return "tool_use" if say.tool else "end_turn"


def _converse(say: Say, told: dict[str, object], *, streamed: bool) -> Reply:
    if streamed:
        return Reply(tuple(event(kind, payload) for kind, payload in _events(say)), STREAM, streamed=True, told=told)
    return Reply((json.dumps(_whole(say, _usage(say))).encode(),), told=told)


def _whole(say: Say, usage: dict[str, int]) -> dict[str, object]:
    if say.tool:
        call_id, name, arguments = say.tool
        content: list[dict] = [{"toolUse": {"toolUseId": call_id, "name": name, "input": json.loads(arguments)}}]
    else:
        content = [{"text": "".join(say.words)}]
    return {
        "metrics": {"latencyMs": 1},
        "output": {"message": {"content": content, "role": "assistant"}},
        "stopReason": _stop(say),
        "usage": usage,
    }


def _events(say: Say) -> list[tuple[str, dict]]:
    begin: list[tuple[str, dict]] = []
    if say.tool:
        call_id, name, arguments = say.tool
        start = {"toolUse": {"toolUseId": call_id, "name": name}}
        begin = [("contentBlockStart", {"contentBlockIndex": 0, "start": start})]
        deltas: list[dict] = [{"toolUse": {"input": arguments}}]
    else:
        deltas = [{"text": word} for word in say.words]
    return [
        ("messageStart", {"role": "assistant"}),
        *begin,
        *(("contentBlockDelta", {"contentBlockIndex": 0, "delta": delta, "p": "abcdef"}) for delta in deltas),
        ("contentBlockStop", {"contentBlockIndex": 0}),
        ("messageStop", {"stopReason": _stop(say)}),
        ("metadata", {"metrics": {"latencyMs": 1}, "usage": _usage(say)}),
    ]


def _invoke(model: str, say: Say, told: dict[str, object], *, streamed: bool) -> Reply:
    family = _llama if "llama" in model else _nova if "nova" in model else _claude
    whole, events, more = family(say)
    told = {key: value for key, value in {**told, **more}.items() if value is not None}
    if not streamed:
        fresh = str(say.input_tokens - say.cache_read_tokens)
        headers = {
            "x-amzn-bedrock-input-token-count": fresh,
            "x-amzn-bedrock-output-token-count": str(say.output_tokens),
            "x-amzn-bedrock-cache-read-input-token-count": str(say.cache_read_tokens),
        }
        return Reply((json.dumps(whole).encode(),), headers=headers, told=told)
    metrics = {
        "inputTokenCount": say.input_tokens - say.cache_read_tokens,
        "outputTokenCount": say.output_tokens,
        "cacheReadInputTokenCount": say.cache_read_tokens,
        "invocationLatency": 1,
        "firstByteLatency": 1,
    }
    events[-1] = {**events[-1], "amazon-bedrock-invocationMetrics": metrics}
    chunks = ({"bytes": b64encode(json.dumps(each).encode()).decode(), "p": "abc"} for each in events)
    return Reply(tuple(event("chunk", chunk) for chunk in chunks), STREAM, streamed=True, told=told)


def _claude(say: Say) -> tuple[dict, list[dict], dict[str, object]]:
    if say.tool:
        call_id, name, arguments = say.tool
        block: dict[str, object] = {"type": "tool_use", "id": call_id, "name": name}
        content, start = [{**block, "input": json.loads(arguments)}], {**block, "input": {}}
        deltas = [{"type": "input_json_delta", "partial_json": arguments}]
    else:
        content, start = [{"type": "text", "text": "".join(say.words)}], {"type": "text", "text": ""}
        deltas = [{"type": "text_delta", "text": word} for word in say.words]
    given = {
        "input_tokens": say.input_tokens - say.cache_read_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": say.cache_read_tokens,
    }
    head = {"id": "msg_bdrk_1", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5"}
    whole = {
        **head,
        "content": content,
        "stop_reason": _stop(say),
        "usage": {**given, "output_tokens": say.output_tokens},
    }
    events: list[dict] = [
        {"type": "message_start", "message": {**head, "content": [], "usage": {**given, "output_tokens": 1}}},
        {"type": "content_block_start", "index": 0, "content_block": start},
        *({"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": _stop(say)},
            "usage": {"output_tokens": say.output_tokens},
        },
        {"type": "message_stop"},
    ]
    return whole, events, {"gen_ai.response.model": "claude-sonnet-4-5", "gen_ai.response.id": "msg_bdrk_1"}


def _nova(say: Say) -> tuple[dict, list[dict], dict[str, object]]:
    usage = _usage(say)
    own = {
        **{key: usage[key] for key in ("inputTokens", "outputTokens", "totalTokens")},
        "cacheReadInputTokenCount": say.cache_read_tokens,
        "cacheWriteInputTokenCount": 0,
    }
    events = [{kind: payload} for kind, payload in _events(say)]
    events[-1] = {"metadata": {"usage": own, "metrics": {}, "trace": {}}}
    return _whole(say, own), events, {}


def _llama(say: Say) -> tuple[dict, list[dict], dict[str, object]]:
    """Answer with all of the input as the prompt: Llama on Bedrock has neither cache nor tools."""
    made = {"prompt_token_count": say.input_tokens, "generation_token_count": say.output_tokens, "stop_reason": "stop"}
    events: list[dict] = [
        *({"generation": word, "prompt_token_count": None, "stop_reason": None} for word in say.words),
        {"generation": "", **made},
    ]
    more = {
        "gen_ai.operation.name": "text_completion",
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.cache_read.input_tokens": None,
        "gen_ai.usage.cache_write.input_tokens": None,
    }
    return {"generation": "".join(say.words), **made}, events, more
