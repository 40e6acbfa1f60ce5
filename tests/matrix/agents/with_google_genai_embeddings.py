"""google-genai: embeddings, AI Studio."""

from google import genai
from google.genai import types
from scenarios import ADDRESS, PROMPT, play

retries = types.HttpRetryOptions(attempts=3, initial_delay=0.01)
client = genai.Client(api_key="none", http_options=types.HttpOptions(base_url=ADDRESS, retry_options=retries))
ASK = {"model": "gemini-embedding-001", "contents": [PROMPT]}


def plain():
    return client.models.embed_content(**ASK)


async def plain_async():
    return await client.aio.models.embed_content(**ASK)


play(plain=plain, plain_async=plain_async)
