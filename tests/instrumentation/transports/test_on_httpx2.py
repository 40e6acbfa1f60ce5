"""The real openai SDK, which speaks through httpx2."""

import gc
import threading

import httpx2
import openai
import pytest
from opentelemetry.trace import StatusCode

import spanwise
from tests.support.provider import WORDS, Fault

ASK = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Where does the Danube flow?"}]}


@pytest.fixture
def client(provider):
    with openai.OpenAI(api_key="none", base_url=provider.base_url, max_retries=2) as made:
        yield made


@pytest.fixture
async def async_client(provider):
    async with openai.AsyncOpenAI(api_key="none", base_url=provider.base_url, max_retries=2) as made:
        yield made


def fast_retry(status: int) -> Fault:
    return Fault(status=status, headers={"retry-after-ms": "1"})


def test_plain_call(client, spans):
    answer = client.chat.completions.create(**ASK)
    assert answer.choices[0].message.content == "".join(WORDS)
    assert answer.usage.prompt_tokens == 11
    assert spans.one().attributes["gen_ai.usage.input_tokens"] == 11


async def test_async_plain_call(async_client, spans):
    await async_client.chat.completions.create(**ASK)
    assert spans.one().attributes["gen_ai.response.model"] == "gpt-4o-2024-08-06"


def test_stream_gives_the_caller_its_chunks_and_the_span_its_usage(client, spans):
    chunks = list(client.chat.completions.create(**ASK, stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "".join(WORDS)
    assert all(chunk.choices for chunk in chunks)
    attributes = spans.one().attributes
    assert attributes["gen_ai.usage.output_tokens"] == 7
    assert attributes["gen_ai.response.time_to_first_chunk"] > 0


async def test_async_stream_gives_the_caller_its_chunks_and_the_span_its_usage(async_client, spans):
    chunks = [chunk async for chunk in await async_client.chat.completions.create(**ASK, stream=True)]
    assert all(chunk.choices for chunk in chunks)
    assert spans.one().attributes["gen_ai.usage.output_tokens"] == 7


def test_stream_helper_that_asks_for_usage_still_gets_it(client, spans):
    with client.chat.completions.stream(**ASK, stream_options={"include_usage": True}) as stream:
        final = stream.get_final_completion()
    assert final.usage.completion_tokens == 7
    assert spans.one().attributes["gen_ai.usage.output_tokens"] == 7


def test_each_attempt_is_a_span_that_counts_its_resends(client, provider, spans):
    provider.script = [fast_retry(429), fast_retry(500)]
    client.chat.completions.create(**ASK)
    told = [(s.attributes.get("error.type"), s.attributes.get("http.request.resend_count")) for s in spans.all()]
    assert told == [("429", None), ("500", 1), (None, 2)]


async def test_each_async_attempt_is_a_span_that_counts_its_resends(async_client, provider, spans):
    provider.script = [fast_retry(429)]
    chunks = [chunk async for chunk in await async_client.chat.completions.create(**ASK, stream=True)]
    assert chunks
    told = [(s.attributes.get("error.type"), s.attributes.get("http.request.resend_count")) for s in spans.all()]
    assert told == [("429", None), (None, 1)]


@pytest.mark.parametrize("end", ["close", "drop"])
def test_stream_left_early_ends_its_span(client, spans, end):
    stream = client.chat.completions.create(**ASK, stream=True)
    for _ in stream:
        break
    if end == "close":
        stream.close()
    del stream, _
    gc.collect()
    span = spans.one()
    assert span.status.status_code is StatusCode.UNSET
    assert span.attributes["gen_ai.usage.output_tokens"] >= 0


async def test_async_stream_left_early_ends_its_span(async_client, provider, spans):
    provider.script = [Fault(stop_after=2)]
    stream = await async_client.chat.completions.create(**ASK, stream=True)
    async for _ in stream:
        break
    await stream.close()
    assert spans.one().attributes["spanwise.usage.estimated"] is True


def test_exception_in_the_callers_loop_is_not_the_calls_error(client, provider, spans):
    provider.script = [Fault(stop_after=2)]

    def read():
        with client.chat.completions.create(**ASK, stream=True) as stream:
            for _ in stream:
                raise LookupError

    with pytest.raises(LookupError):
        read()
    assert spans.one().status.status_code is StatusCode.UNSET


def test_error_told_inside_a_stream_is_the_error_type(client, provider, spans):
    body = b'data: {"error":{"message":"overloaded","type":"server_error","code":"overloaded"}}\n\n'
    provider.script = [Fault(body=body, content_type="text/event-stream")]
    with pytest.raises(openai.APIError):
        list(client.chat.completions.create(**ASK, stream=True))
    span = spans.one()
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes["error.type"] == "overloaded"


def test_raw_and_streaming_response_helpers_stay_as_they_are(client, spans):
    raw = client.chat.completions.with_raw_response.create(**ASK)
    assert raw.parse().usage.prompt_tokens == 11
    assert raw.http_response.elapsed.total_seconds() > 0
    with client.chat.completions.with_streaming_response.create(**ASK) as response:
        assert b"Danube" in b"".join(response.iter_bytes())
    assert [span.attributes["gen_ai.usage.output_tokens"] for span in spans.all()] == [7, 7]


def test_time_out_is_an_error_of_that_name(client, provider, spans):
    hold = threading.Event()
    provider.script = [Fault(hold=hold)]
    with pytest.raises(openai.APITimeoutError):
        client.with_options(timeout=0.05, max_retries=0).chat.completions.create(**ASK)
    hold.set()
    assert spans.one().attributes["error.type"] == "ReadTimeout"


def test_names_of_the_surrounding_scopes_are_on_the_call(client, spans):
    with spanwise.workflow("triage", conversation="c1", tenant="acme"), spanwise.agent("researcher"):
        client.chat.completions.create(**ASK)
    (call,) = spans.named("chat")
    assert call.attributes["gen_ai.agent.name"] == "researcher"
    assert call.attributes["gen_ai.workflow.name"] == "triage"
    assert call.attributes["gen_ai.conversation.id"] == "c1"
    assert call.attributes["spanwise.tenant"] == "acme"
    (agent,) = spans.named("invoke_agent")
    assert call.parent.span_id == agent.context.span_id


def test_no_attribute_holds_what_was_said(client, spans):
    client.chat.completions.create(**ASK)
    list(client.chat.completions.create(**ASK, stream=True))
    assert "Danube" not in repr([dict(span.attributes) for span in spans.all()])


def test_what_is_traced_below_a_call_is_its_child(spans):
    tracer = spans.provider.get_tracer("below")

    def answer(_request):
        with tracer.start_as_current_span("below"):
            return httpx2.Response(500)

    with httpx2.Client(transport=httpx2.MockTransport(answer)) as client:
        client.post("https://api.openai.com/v1/chat/completions", json=ASK)
    below, call = spans.all()
    assert below.parent.span_id == call.context.span_id
