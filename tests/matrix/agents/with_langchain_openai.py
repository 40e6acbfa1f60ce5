"""langchain-openai over the openai SDK."""

from langchain_core.messages import HumanMessage, ToolMessage
from langchain_openai import ChatOpenAI
from scenarios import ADDRESS, OPENAI_TOOL, PROMPT, TOOL_RESULT, play

model = ChatOpenAI(model="gpt-4o", api_key="none", base_url=ADDRESS)
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
