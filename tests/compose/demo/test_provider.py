"""The demo's provider, asked by the real SDK over sockets."""

import random

import httpx
import openai
import pytest

from spanwise_collector.serving import serving
from spanwise_stack.demo.provider import Provider
from spanwise_stack.demo.tools import SCHEMAS
from spanwise_stack.demo.weather import REFUSING_MODEL, UNPRICED_MODEL, Weather

ASKED = [{"role": "user", "content": "How slow is slow?"}]


class Calm(Weather):
    """Answers at once; refuses as the weather says."""

    def duration_s(self, model):
        return 0.0 * super().duration_s(model)


@pytest.fixture
def provider():
    return Provider(Calm(random.Random(1)))


@pytest.fixture
async def client(provider):
    async with (
        serving(provider.app, "127.0.0.1:0", "provider") as address,
        openai.AsyncOpenAI(base_url=f"http://{address}/v1", api_key="x", max_retries=0) as client,
    ):
        yield client


async def test_a_plain_answer_carries_text_and_usage(client):
    answer = await client.chat.completions.create(model=UNPRICED_MODEL, messages=ASKED)
    assert answer.model == UNPRICED_MODEL
    assert answer.choices[0].finish_reason == "stop"
    assert answer.choices[0].message.content
    assert answer.usage.prompt_tokens > 5
    assert answer.usage.completion_tokens > 20


async def chunks(client, **more):
    stream = await client.chat.completions.create(model=UNPRICED_MODEL, messages=ASKED, stream=True, **more)
    return [chunk async for chunk in stream]


async def test_a_stream_ends_with_usage_only_if_it_was_asked_for(client):
    asked = await chunks(client, stream_options={"include_usage": True})
    assert asked[-1].choices == []
    assert asked[-1].usage.completion_tokens > 20
    assert asked[-2].choices[0].finish_reason == "stop"
    unasked = await chunks(client)
    assert all(chunk.usage is None for chunk in unasked)
    assert unasked[-1].choices[0].finish_reason == "stop"


async def test_a_stream_says_its_text_in_pieces(client):
    pieces = [chunk.choices[0].delta.content or "" for chunk in await chunks(client)]
    assert len("".join(pieces).split()) >= 40
    assert len(pieces) > 10


async def test_each_offered_tool_is_called_once_and_then_it_speaks(client):
    messages, called = list(ASKED), []
    for _ in range(10):
        answer = await client.chat.completions.create(model=UNPRICED_MODEL, messages=messages, tools=SCHEMAS)
        message = answer.choices[0].message
        if not message.tool_calls:
            break
        assert answer.choices[0].finish_reason == "tool_calls"
        messages.append(message.model_dump(exclude_none=True))
        for call in message.tool_calls:
            called.append(call.function.name)
            messages.append({"role": "tool", "tool_call_id": call.id, "content": "found"})
    assert called == [schema["function"]["name"] for schema in SCHEMAS]
    assert message.content


async def test_in_the_fault_a_model_refuses_with_429_and_retry_after(client, provider):
    provider.weather.faulty = True
    refused = None
    for _ in range(40):
        try:
            await client.chat.completions.create(model=REFUSING_MODEL, messages=ASKED)
        except openai.RateLimitError as error:
            refused = error
            break
    assert refused is not None
    assert refused.response.headers["retry-after"] == "1"


async def test_every_request_is_counted_with_whatever_answer(client, provider):
    await client.chat.completions.create(model=UNPRICED_MODEL, messages=ASKED)
    with pytest.raises(openai.NotFoundError, match="no model 'gpt-9'; there are"):
        await client.chat.completions.create(model="gpt-9", messages=ASKED)
    assert provider.answered == 2


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"model": "gpt-4o", "messages": []}'])
async def test_what_is_no_request_is_answered_400(provider, body):
    async with serving(provider.app, "127.0.0.1:0", "provider") as address, httpx.AsyncClient() as client:
        answer = await client.post(f"http://{address}/v1/chat/completions", content=body)
    assert answer.status_code == 400
    assert "must be JSON with model and messages" in answer.json()["error"]["message"]
