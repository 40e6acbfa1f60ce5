"""llama-index over the openai SDK."""

from llama_index.core.llms import ChatMessage
from llama_index.core.tools import FunctionTool
from llama_index.llms.openai_like import OpenAILike
from scenarios import ADDRESS, PROMPT, TOOL_RESULT, play

model = OpenAILike(model="gpt-4o", api_base=ADDRESS, api_key="none", is_chat_model=True, is_function_calling_model=True)
ASK = [ChatMessage(role="user", content=PROMPT)]


def current_of(river: str) -> str:
    """Tell the current of a river."""
    del river
    return TOOL_RESULT


def plain():
    return model.chat(ASK)


async def plain_async():
    return await model.achat(ASK)


def stream():
    yield from model.stream_chat(ASK)


def tool():
    return model.predict_and_call([FunctionTool.from_defaults(current_of)], user_msg=PROMPT)


play(plain=plain, stream=stream, tool=tool, plain_async=plain_async)
