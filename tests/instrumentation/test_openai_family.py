"""The real openai SDK on every API of the family, and on Azure: what its caller gets, and what the span tells."""

import openai
import pytest
from opentelemetry.trace import StatusCode

from tests.support.openai_answers import (
    ARGUMENTS,
    COMPLETIONS_MODEL,
    EMBEDDINGS_MODEL,
    RESPONSE_ID,
    RESPONSES_MODEL,
    WORDS,
)
from tests.support.provider import Fault

ASK = {"model": "gpt-5", "input": "Where does the Danube flow?"}
TOOL = {"type": "function", "name": "lookup", "parameters": {"type": "object", "properties": {}}, "strict": None}


@pytest.fixture
def client(provider):
    with openai.OpenAI(api_key="none", base_url=provider.base_url, max_retries=2) as made:
        yield made


@pytest.fixture
async def async_client(provider):
    async with openai.AsyncOpenAI(api_key="none", base_url=provider.base_url, max_retries=2) as made:
        yield made


@pytest.fixture
def azure(provider):
    endpoint = provider.base_url.removesuffix("/v1")
    with openai.AzureOpenAI(api_key="none", azure_endpoint=endpoint, api_version="2025-04-01-preview") as made:
        yield made


def told(span) -> dict:
    """Give what a span tells, without the address."""
    return {name: value for name, value in span.attributes.items() if not name.startswith("server.")}


RESPONSE_TOLD = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5",
    "gen_ai.response.model": RESPONSES_MODEL,
    "gen_ai.response.id": RESPONSE_ID,
    "gen_ai.response.finish_reasons": ("stop",),
    "gen_ai.usage.input_tokens": 36,
    "gen_ai.usage.output_tokens": 87,
    "gen_ai.usage.cache_read.input_tokens": 16,
    "gen_ai.usage.cache_write.input_tokens": 8,
    "gen_ai.usage.reasoning.output_tokens": 64,
    "openai.api.type": "responses",
    "openai.response.service_tier": "default",
}


def test_plain_response_is_one_span_that_tells_it_all(client, spans):
    answer = client.responses.create(**ASK)
    assert answer.output_text == "".join(WORDS)
    assert spans.one().name == "chat gpt-5"
    assert told(spans.one()) == RESPONSE_TOLD


def test_streamed_response_gives_the_caller_every_event_and_the_span_its_usage(client, provider, spans):
    events = list(client.responses.create(**ASK, stream=True))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == "".join(WORDS)
    assert "stream_options" not in provider.requests[0].body
    attributes = told(spans.one())
    assert attributes.pop("gen_ai.response.time_to_first_chunk") > 0
    assert attributes == {**RESPONSE_TOLD, "gen_ai.request.stream": True}


async def test_async_stream_helper_works_as_without_us(async_client, spans):
    async with async_client.responses.stream(**ASK) as stream:
        words = [event.delta async for event in stream if event.type == "response.output_text.delta"]
        final = await stream.get_final_response()
    assert (tuple(words), final.usage.output_tokens) == (WORDS, 87)
    assert spans.one().attributes["gen_ai.usage.output_tokens"] == 87


def test_response_left_early_is_estimated_and_no_error(client, spans):
    with client.responses.create(**ASK, stream=True) as stream:
        for event in stream:
            if event.type == "response.output_text.delta":
                break
    span = spans.one()
    assert span.status.status_code is StatusCode.UNSET
    assert span.attributes["spanwise.usage.estimated"] is True
    assert span.attributes["gen_ai.usage.input_tokens"] == 7
    assert span.attributes["gen_ai.usage.output_tokens"] >= 1
    assert span.attributes["gen_ai.response.id"] == RESPONSE_ID


def test_response_cut_off_is_an_error(client, provider, spans):
    provider.script = [Fault(stop_after=8)]
    list(client.responses.create(**ASK, stream=True))
    assert spans.one().attributes["error.type"] == "incomplete_stream"


def test_reasoning_conversation_and_tools_of_a_loop_are_told(client, spans):
    first = client.responses.create(**ASK, tools=[TOOL], reasoning={"effort": "high"}, max_output_tokens=900)
    call = first.output[1]
    assert (call.call_id, call.arguments) == ("call_1", ARGUMENTS)
    result = {"type": "function_call_output", "call_id": call.call_id, "output": "east"}
    client.responses.create(model="gpt-5", input=[result], tools=[TOOL], previous_response_id=first.id)
    client.responses.create(**ASK, conversation="conv_1")
    loops, returns, talks = (told(span) for span in sorted(spans.named("chat"), key=lambda span: span.start_time))
    assert loops["gen_ai.response.finish_reasons"] == ("tool_calls",)
    assert loops["gen_ai.request.reasoning.level"] == "high"
    assert loops["gen_ai.request.max_tokens"] == 900
    assert returns["gen_ai.request.previous_response.id"] == RESPONSE_ID
    assert returns["gen_ai.response.finish_reasons"] == ("stop",)
    assert talks["gen_ai.conversation.id"] == "conv_1"


def test_response_in_the_background_tells_its_usage_once_to_who_first_sees_it_done(client, spans):
    queued = client.responses.create(**ASK, background=True)
    assert queued.status == "queued"
    for _ in range(3):
        assert client.responses.retrieve(queued.id).status == "completed"
    begun, fetched = spans.all()
    attributes = told(begun)
    assert attributes["gen_ai.response.status"] == "queued"
    assert [name for name in attributes if "usage" in name or "finish" in name] == []
    fetch = {"gen_ai.operation.name": "fetch_response", "gen_ai.response.status": "completed"}
    assert told(fetched) == {**RESPONSE_TOLD, **fetch}


def test_every_attempt_at_a_response_is_a_span(client, provider, spans):
    provider.script = [Fault(status=429, headers={"retry-after-ms": "1"})]
    client.responses.create(**ASK)
    first, second = spans.all()
    assert first.attributes["error.type"] == "429"
    assert second.attributes["http.request.resend_count"] == 1


def test_embeddings_tell_input_dimensions_and_encoding(client, spans):
    answer = client.embeddings.create(model=EMBEDDINGS_MODEL, input=["east", "west"], dimensions=8)
    assert [len(item.embedding) for item in answer.data] == [8, 8]
    span = spans.one()
    assert span.name == f"embeddings {EMBEDDINGS_MODEL}"
    assert told(span) == {
        "gen_ai.operation.name": "embeddings",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": EMBEDDINGS_MODEL,
        "gen_ai.response.model": EMBEDDINGS_MODEL,
        "gen_ai.request.encoding_formats": ("base64",),  # what the SDK asks for where its caller does not
        "gen_ai.embeddings.dimension.count": 8,
        "gen_ai.usage.input_tokens": 8,
    }


@pytest.mark.parametrize("given", ["east", ["east"], [1, 2, 3], [[1, 2], [3]]])
async def test_embeddings_of_every_kind_of_input_are_one_call(async_client, spans, given):
    await async_client.embeddings.create(model=EMBEDDINGS_MODEL, input=given, encoding_format="float")
    attributes = spans.one().attributes
    assert attributes["gen_ai.request.encoding_formats"] == ("float",)
    assert attributes["gen_ai.usage.input_tokens"] == 8
    assert "gen_ai.usage.output_tokens" not in attributes


def test_text_completion_is_one_span(client, spans):
    answer = client.completions.create(model="gpt-3.5-turbo-instruct", prompt="The Danube", max_tokens=16, n=2)
    assert [choice.text for choice in answer.choices] == ["".join(WORDS)] * 2
    span = spans.one()
    assert span.name == "text_completion gpt-3.5-turbo-instruct"
    assert told(span) == {
        "gen_ai.operation.name": "text_completion",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-3.5-turbo-instruct",
        "gen_ai.request.max_tokens": 16,
        "gen_ai.request.choice.count": 2,
        "gen_ai.response.model": COMPLETIONS_MODEL,
        "gen_ai.response.id": "cmpl-uqkvlQ",
        "gen_ai.response.finish_reasons": ("stop", "stop"),
        "gen_ai.usage.input_tokens": 5,
        "gen_ai.usage.output_tokens": 7,
    }


def test_streamed_text_completion_is_asked_for_usage_and_its_event_is_hidden(client, provider, spans):
    chunks = list(client.completions.create(model="gpt-3.5-turbo-instruct", prompt="The Danube", stream=True))
    assert "".join(chunk.choices[0].text for chunk in chunks) == "".join(WORDS)
    assert provider.requests[0].body["stream_options"] == {"include_usage": True}
    attributes = spans.one().attributes
    assert (attributes["gen_ai.usage.input_tokens"], attributes["gen_ai.usage.output_tokens"]) == (5, 7)
    assert attributes["gen_ai.response.time_to_first_chunk"] > 0
    assert "spanwise.usage.estimated" not in attributes


@pytest.mark.parametrize(
    ("call", "path", "name"),
    [
        (
            lambda azure: azure.chat.completions.create(model="my-gpt", messages=[{"role": "user", "content": "Hi"}]),
            "/openai/deployments/my-gpt/chat/completions",
            "chat my-gpt",
        ),
        (
            lambda azure: azure.embeddings.create(model="my-ada", input="Hi"),
            "/openai/deployments/my-ada/embeddings",
            "embeddings my-ada",
        ),
        (
            lambda azure: azure.completions.create(model="my-old", prompt="Hi"),
            "/openai/deployments/my-old/completions",
            "text_completion my-old",
        ),
    ],
    ids=["chat", "embeddings", "completions"],
)
def test_azure_deployment_is_the_model_and_azure_the_provider(azure, provider, spans, call, path, name):
    call(azure)
    assert provider.requests[0].path == f"{path}?api-version=2025-04-01-preview"
    span = spans.one()
    assert span.name == name
    assert span.attributes["gen_ai.provider.name"] == "azure.ai.openai"


def test_azure_responses_are_read_like_openais(azure, provider, spans):
    azure.responses.create(**ASK)
    assert provider.requests[0].path.startswith("/openai/responses?")
    assert spans.one().attributes["gen_ai.usage.output_tokens"] == 87


def test_span_of_a_streamed_response_ends_with_its_last_event_though_the_caller_holds_on(client, spans):
    stream = client.responses.create(**ASK, stream=True)
    for event in stream:
        if event.type == "response.completed":
            break
    assert spans.one().attributes["gen_ai.usage.output_tokens"] == 87
    stream.close()


@pytest.mark.parametrize(
    "body",
    [b"<html>busy</html>", b'{"id":"resp_1","status":"comp', b'{"output":7,"usage":{"input_tokens":-1}}'],
    ids=["html", "truncated", "types"],
)
def test_answer_that_is_none_reaches_the_caller_and_is_an_error(provider, client, spans, body):
    provider.script = [Fault(body=body)]
    answer = client.responses.with_raw_response.create(**ASK)
    assert answer.http_response.content == body
    assert spans.one().attributes["error.type"] == "invalid_response"
