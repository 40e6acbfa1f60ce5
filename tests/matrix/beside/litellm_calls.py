"""Three calls of litellm."""

import litellm
from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER
from start import ADDRESS, ASK, calls

HERE = {"model": "openai/gpt-4o", "api_base": f"{ADDRESS}/v1", "api_key": "none", "messages": ASK}


def plain():
    litellm.completion(**HERE)


def stream():
    assert sum(1 for _ in litellm.completion(stream=True, **HERE)) > 1


async def later():
    await litellm.acompletion(**HERE)
    await GLOBAL_LOGGING_WORKER.flush()  # which tells its callbacks, while the loop runs


def go():
    calls(plain, stream, later)
