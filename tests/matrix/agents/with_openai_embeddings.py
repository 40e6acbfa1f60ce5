"""openai: embeddings."""

import openai
from scenarios import ADDRESS, PROMPT, play

client = openai.OpenAI(api_key="none", base_url=ADDRESS)
ASK = {"model": "text-embedding-3-small", "input": [PROMPT]}


def plain():
    return client.embeddings.create(**ASK)


async def plain_async():
    async with openai.AsyncOpenAI(api_key="none", base_url=ADDRESS) as own:
        return await own.embeddings.create(**ASK)


play(plain=plain, plain_async=plain_async)
