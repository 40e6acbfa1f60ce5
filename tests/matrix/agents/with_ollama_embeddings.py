"""ollama: embeddings."""

import ollama
from scenarios import ADDRESS, PROMPT, loop, play

client = ollama.Client(host=ADDRESS)
ASK = {"model": "nomic-embed-text", "input": [PROMPT]}


def patient():
    """Retry by hand: this SDK does not."""

    def once():
        try:
            client.embed(**ASK)
        except ollama.ResponseError as fault:
            if fault.status_code == 429:
                return 429
            raise
        return 200

    loop(once)


async def plain_async():
    return await ollama.AsyncClient(host=ADDRESS).embed(**ASK)


play(plain=patient, plain_async=plain_async)
