"""zhipuai: chat completions."""

import zhipuai
from scenarios import ADDRESS, OPENAI_TOOL, PROMPT, TOOL_RESULT, play

client = zhipuai.ZhipuAI(api_key="id.secret-of-sixteen-letters-or-more", base_url=ADDRESS)
ASK = [{"role": "user", "content": PROMPT}]


def plain():
    return client.chat.completions.create(model="glm-4-plus", messages=ASK)


def stream():
    running = client.chat.completions.create(model="glm-4-plus", messages=ASK, stream=True)
    try:
        yield from running
    finally:
        running.response.close()


def tool():
    asked = client.chat.completions.create(model="glm-4-plus", messages=ASK, tools=[OPENAI_TOOL]).choices[0].message
    result = {"role": "tool", "tool_call_id": asked.tool_calls[0].id, "content": TOOL_RESULT}
    turn = [asked.model_dump(exclude_none=True), result]
    client.chat.completions.create(model="glm-4-plus", messages=[*ASK, *turn], tools=[OPENAI_TOOL])


play(plain=plain, stream=stream, tool=tool)
