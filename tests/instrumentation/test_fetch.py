"""Responses in the background, through the real SDK: begun, asked for again and again, cancelled, streamed."""

import json

import aiohttp
import httpx2
import openai
import pytest
import requests
from opentelemetry.trace import StatusCode

import spanwise
from tests.support import provider as provider_server
from tests.support.openai_answers import RESPONSE_ID, RESPONSES_MODEL, response, response_events

BODY = {"model": "gpt-5", "input": "Where?", "background": True}


class Background:
    """A provider that makes one response in the background, and says how it stands as a test tells it to."""

    def __init__(self) -> None:
        self.status = "queued"
        self.http_status = 200
        self.events = 99
        self.asked: list[str] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(f"{request.method} {request.url.path}")
        if self.http_status != 200:
            return httpx2.Response(self.http_status, json={"error": {"message": "no"}})
        begins = request.method == "POST" and request.url.path.endswith("/responses")
        streams = json.loads(request.content).get("stream") if begins else "stream=true" in str(request.url)
        if streams:
            events = response_events(BODY)[: self.events]
            return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=b"".join(events))
        return httpx2.Response(200, json=self.told())

    def told(self) -> dict:
        told = response(BODY, self.status)
        if self.status == "failed":
            told["error"] = {"code": "server_error", "message": "no"}
        return told


@pytest.fixture
def provider() -> Background:
    return Background()


@pytest.fixture
def client(provider):
    transport = httpx2.MockTransport(provider)
    with openai.OpenAI(api_key="none", max_retries=0, http_client=httpx2.Client(transport=transport)) as made:
        yield made


def usage_of(span) -> dict:
    return {name: value for name, value in span.attributes.items() if "usage" in name}


def begin(client) -> None:
    assert client.responses.create(**BODY).id == RESPONSE_ID


def test_polls_of_a_response_that_has_not_ended_leave_no_span(client, provider, spans):
    begin(client)
    for provider.status in ("queued", "in_progress", "in_progress", "completed", "completed"):
        client.responses.retrieve(RESPONSE_ID)
    begun, fetched = spans.all()
    assert (begun.name, fetched.name) == ("chat gpt-5", "fetch_response")
    assert usage_of(begun) == {}
    assert usage_of(fetched)["gen_ai.usage.input_tokens"] == 36
    assert "spanwise.usage.estimated" not in fetched.attributes
    assert fetched.attributes["gen_ai.request.model"] == "gpt-5"
    assert fetched.attributes["gen_ai.response.model"] == RESPONSES_MODEL
    assert begun.end_time <= fetched.start_time <= fetched.end_time


def test_fetch_stands_below_the_call_that_began_it_and_links_to_it(client, provider, spans):
    begin(client)
    provider.status = "completed"
    client.responses.retrieve(RESPONSE_ID)
    begun, fetched = spans.all()
    assert fetched.parent.span_id == begun.context.span_id
    assert [link.context.span_id for link in fetched.links] == [begun.context.span_id]


def test_fetch_inside_a_span_stays_there_and_links_to_the_call(client, provider, spans):
    with spanwise.agent("begins"):
        begin(client)
    provider.status = "completed"
    with spanwise.agent("fetches") as agent:
        client.responses.retrieve(RESPONSE_ID)
    (fetched,) = spans.named("fetch_response")
    assert fetched.parent.span_id == agent.get_span_context().span_id
    assert [link.context for link in fetched.links] == [spans.named("chat")[0].context]
    assert fetched.attributes["gen_ai.agent.name"] == "fetches"


@pytest.mark.parametrize("streamed", [False, True])
def test_content_of_the_answer_is_told_by_who_sees_the_end_and_what_was_asked_by_who_asked(
    client, provider, monkeypatch, instrumented, streamed
):
    monkeypatch.setenv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "SPAN_ONLY")
    spans = instrumented()
    begin(client)
    client.responses.retrieve(RESPONSE_ID)
    provider.status = "completed"
    told = client.responses.retrieve(RESPONSE_ID, stream=streamed)
    said = list(told)[-1].response.output_text if streamed else told.output_text
    begun, fetched = spans.all()
    assert json.loads(begun.attributes["gen_ai.input.messages"])[0]["parts"][0]["content"] == BODY["input"]
    assert "gen_ai.output.messages" not in begun.attributes
    assert "gen_ai.input.messages" not in fetched.attributes
    (message,) = json.loads(fetched.attributes["gen_ai.output.messages"])
    assert said in [part.get("content") for part in message["parts"]]


@pytest.mark.parametrize(("status", "error"), [("cancelled", None), ("incomplete", None), ("failed", "server_error")])
def test_end_without_success_is_told_without_tokens_that_nobody_counted(client, provider, spans, status, error):
    begin(client)
    provider.status = status
    client.responses.retrieve(RESPONSE_ID)
    fetched = spans.all()[1]
    assert fetched.attributes["gen_ai.response.status"] == status
    assert fetched.attributes.get("error.type") == error
    assert fetched.status.status_code is (StatusCode.ERROR if error else StatusCode.UNSET)
    assert usage_of(fetched) == {}


def test_cancelling_tells_the_end_and_what_comes_later_tells_nothing(client, provider, spans):
    begin(client)
    provider.status = "cancelled"
    client.responses.cancel(RESPONSE_ID)
    client.responses.retrieve(RESPONSE_ID)
    assert provider.asked[1:] == [f"POST /v1/responses/{RESPONSE_ID}/cancel", f"GET /v1/responses/{RESPONSE_ID}"]
    assert [span.attributes["gen_ai.response.status"] for span in spans.all()] == ["queued", "cancelled"]


def test_fetch_that_fails_leaves_the_end_to_be_told(client, provider, spans):
    begin(client)
    provider.http_status = 500
    with pytest.raises(openai.InternalServerError):
        client.responses.retrieve(RESPONSE_ID)
    provider.http_status, provider.status = 200, "completed"
    client.responses.retrieve(RESPONSE_ID)
    assert [span.name for span in spans.all()] == ["chat gpt-5", "fetch_response"]


def test_streamed_fetch_tells_the_end_where_it_is_read_so_far(client, provider, spans):
    begin(client)
    provider.events = 6
    assert len(list(client.responses.retrieve(RESPONSE_ID, stream=True))) == 6
    assert len(spans.all()) == 1
    provider.events = 99
    events = list(client.responses.retrieve(RESPONSE_ID, stream=True, starting_after=6))
    assert events[-1].type == "response.completed"
    assert usage_of(spans.all()[1])["gen_ai.usage.output_tokens"] == 87


def test_stream_of_the_begun_response_that_breaks_off_leaves_its_usage_to_the_fetch(client, provider, spans):
    provider.events = 6
    list(client.responses.create(**BODY, stream=True))
    client.responses.retrieve(RESPONSE_ID)
    provider.status = "completed"
    client.responses.retrieve(RESPONSE_ID)
    begun, fetched = spans.all()
    assert begun.attributes["gen_ai.response.status"] == "in_progress"
    assert usage_of(begun) == {}
    assert usage_of(fetched)["gen_ai.usage.output_tokens"] == 87


def test_stream_of_the_begun_response_that_ends_leaves_nothing_to_fetch(client, provider, spans):
    list(client.responses.create(**BODY, stream=True))
    provider.status = "completed"
    client.responses.retrieve(RESPONSE_ID)
    assert usage_of(spans.one())["gen_ai.usage.output_tokens"] == 87


def test_response_of_another_process_is_not_told(client, provider, spans):
    provider.status = "completed"
    client.responses.retrieve(RESPONSE_ID)
    assert spans.all() == ()


def test_interaction_in_the_background_is_told_in_the_same_way(spans):
    statuses = iter(["queued", "in_progress", "completed", "completed"])
    usage = {"total_input_tokens": 7, "total_output_tokens": 3, "total_thought_tokens": 2, "total_tokens": 12}

    def answer(request: httpx2.Request) -> httpx2.Response:
        del request
        status = next(statuses)
        done = {"usage": usage, "steps": []} if status == "completed" else {}
        return httpx2.Response(200, json={"id": "int_1", "model": "m-001", "status": status, **done})

    address = "https://generativelanguage.googleapis.com/v1beta/interactions"
    with httpx2.Client(transport=httpx2.MockTransport(answer)) as client:
        client.post(address, json={"model": "m", "input": "Where?", "background": True})
        for _ in range(3):
            client.get(f"{address}/int_1")
    begun, fetched = spans.all()
    assert (begun.name, usage_of(begun)) == ("generate_content m", {})
    assert (fetched.name, fetched.attributes["gen_ai.provider.name"]) == ("fetch_response", "gcp.gemini")
    assert usage_of(fetched) == {
        "gen_ai.usage.input_tokens": 7,
        "gen_ai.usage.output_tokens": 5,
        "gen_ai.usage.reasoning.output_tokens": 2,
    }


def told_over_sockets(spans) -> list[tuple[str, object]]:
    return [(span.name, span.attributes.get("gen_ai.usage.output_tokens")) for span in spans.all()]


def test_fetch_is_seen_over_requests(spans):
    with provider_server.serve() as running, requests.Session() as session:
        begun = session.post(f"{running.base_url}/responses", json=BODY).json()
        for _ in range(2):
            assert session.get(f"{running.base_url}/responses/{begun['id']}").json()["status"] == "completed"
    assert told_over_sockets(spans) == [("chat gpt-5", None), ("fetch_response", 87)]


async def test_fetch_is_seen_over_aiohttp(spans):
    with provider_server.serve() as running:
        async with aiohttp.ClientSession() as session:
            async with session.post(f"{running.base_url}/responses", json=BODY) as answer:
                begun = await answer.json()
            for _ in range(2):
                async with session.get(f"{running.base_url}/responses/{begun['id']}") as answer:
                    assert (await answer.json())["status"] == "completed"
    assert told_over_sockets(spans) == [("chat gpt-5", None), ("fetch_response", 87)]
