"""Three calls of langchain-openai."""

from langchain_openai import ChatOpenAI
from start import ADDRESS, PROMPT, calls


def model():
    return ChatOpenAI(model="gpt-4o", api_key="none", base_url=f"{ADDRESS}/v1")


def plain():
    model().invoke(PROMPT)


def stream():
    assert sum(1 for _ in model().stream(PROMPT)) > 1


async def later():
    await model().ainvoke(PROMPT)


def go():
    calls(plain, stream, later)
