"""langchain-anthropic over the anthropic SDK."""

from langchain_anthropic import ChatAnthropic
from langchain_core.messages import HumanMessage, ToolMessage
from scenarios import ADDRESS, OPENAI_TOOL, PROMPT, TOOL_RESULT, play

model = ChatAnthropic(model="claude-sonnet-4-5", api_key="none", base_url=ADDRESS)
ASK = [HumanMessage(PROMPT)]


def plain():
    return model.invoke(ASK)


async def plain_async():
    return await model.ainvoke(ASK)


def stream():
    yield from model.stream(ASK)


def tool():
    able = model.bind_tools([OPENAI_TOOL])
    asked = able.invoke(ASK)
    able.invoke([*ASK, asked, ToolMessage(TOOL_RESULT, tool_call_id=asked.tool_calls[0]["id"])])


play(plain=plain, stream=stream, tool=tool, plain_async=plain_async)
