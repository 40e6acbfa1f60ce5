import pytest
from opentelemetry.trace import INVALID_SPAN_CONTEXT

from spanwise import background
from spanwise.apis.openai_responses import OpenAIResponses
from spanwise.background import Queued, Responses

API = OpenAIResponses()
QUEUED = Queued(API, "m", INVALID_SPAN_CONTEXT, INVALID_SPAN_CONTEXT, {})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/responses/resp_1"),
        ("GET", "/openai/responses/resp_1"),
        ("GET", "/v1/responses/resp%5F1"),
        ("GET", "/v1beta/interactions/resp_1"),
        ("POST", "/v1/responses/resp_1/cancel"),
    ],
)
def test_response_that_was_begun_is_found_by_who_asks_for_it(method, path):
    responses = Responses()
    assert responses.asked_for(method, path) is None
    responses.queue("resp_1", QUEUED)
    assert responses.asked_for(method, path) == ("resp_1", API)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/responses/resp_2"),
        ("GET", "/v1/responses/resp_1/input_items"),
        ("GET", "/v1/files/resp_1"),
        ("GET", "/v1/responses"),
        ("DELETE", "/v1/responses/resp_1"),
        ("POST", "/v1/responses/resp_1"),
        ("POST", "/v1/responses/resp_2/cancel"),
    ],
)
def test_other_requests_ask_for_none(method, path):
    responses = Responses()
    responses.queue("resp_1", QUEUED)
    assert responses.asked_for(method, path) is None


def test_end_is_given_to_the_first_only():
    responses = Responses()
    responses.queue("resp_1", QUEUED)
    assert [responses.end("resp_1"), responses.end("resp_1")] == [QUEUED, None]


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(background, "MOST", 2)
    responses = Responses()
    for number in range(5):
        responses.queue(f"resp_{number}", QUEUED)
    assert len(responses) == 2
    assert responses.end("resp_0") is None
    responses.forget()
    assert responses.end("resp_4") is None


def test_requests_that_fetch_are_looked_at_only_while_something_is_awaited():
    background.RESPONSES.forget()
    assert [background.may_call(method) for method in ("POST", "GET", "PUT")] == [True, False, False]
    background.RESPONSES.queue("resp_1", QUEUED)
    try:
        assert [background.may_call(method) for method in ("POST", "GET", "PUT")] == [True, True, False]
    finally:
        background.RESPONSES.forget()
