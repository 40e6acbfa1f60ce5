"""cohere: embeddings, version 2 of its API."""

import cohere
from scenarios import ADDRESS, PROMPT, play

client = cohere.ClientV2(api_key="none", base_url=ADDRESS)
ASK = {
    "model": "embed-v4.0",
    "texts": [PROMPT],
    "input_type": "search_query",
    "embedding_types": ["float"],
}


def plain():
    return client.embed(**ASK)


async def plain_async():
    return await cohere.AsyncClientV2(api_key="none", base_url=ADDRESS).embed(**ASK)


play(plain=plain, plain_async=plain_async)
