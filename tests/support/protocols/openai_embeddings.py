"""OpenAI embeddings."""

import json

from tests.support.protocols import openai_chat
from tests.support.protocols.shape import Call, Reply, Say

_VECTOR = "AACAPgAAAL8AAAA+"  # 0.25, -0.5, 0.125 as the SDK asks for them


def speaks(path: str) -> bool:
    return path.endswith("/embeddings")


def answer(call: Call, say: Say) -> Reply:
    if say.status >= 400:
        return openai_chat.error(say.status)
    asked = json.loads(call.body)
    vector = _VECTOR if asked.get("encoding_format") == "base64" else [0.25, -0.5, 0.125]
    whole = {
        "object": "list",
        "data": [{"object": "embedding", "index": index, "embedding": vector} for index in range(len(asked["input"]))],
        "model": asked["model"],
        "usage": {"prompt_tokens": say.input_tokens, "total_tokens": say.input_tokens},
    }
    told = {
        "gen_ai.operation.name": "embeddings",
        "gen_ai.request.model": asked["model"],
        "gen_ai.response.model": asked["model"],
        "gen_ai.usage.input_tokens": say.input_tokens,
    }
    return Reply((json.dumps(whole).encode(),), told=told)
