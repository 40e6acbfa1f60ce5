"""smolagents over the openai SDK."""

from scenarios import ADDRESS, PROMPT, TOOL_RESULT, play
from smolagents import OpenAIServerModel, ToolCallingAgent
from smolagents import tool as as_tool

model = OpenAIServerModel(model_id="gpt-4o", api_base=ADDRESS, api_key="none")
ASK = [{"role": "user", "content": [{"type": "text", "text": PROMPT}]}]


@as_tool
def current_of(river: str) -> str:
    """Tell the current of a river.

    Args:
        river: its name
    """
    del river
    return TOOL_RESULT


def plain():
    return model.generate(ASK)


def stream():
    yield from model.generate_stream(ASK)


def tool():
    agent = ToolCallingAgent(tools=[current_of], model=model, max_steps=2)
    return agent.run(PROMPT)


play(plain=plain, stream=stream, tool=tool)
