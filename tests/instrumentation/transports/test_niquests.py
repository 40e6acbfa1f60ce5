"""niquests sends through urllib3-future, which has the same place to see an attempt as urllib3."""

import json

import niquests
import pytest
import urllib3_future

import spanwise
from tests.support.provider import USAGE, Fault, events

ASK = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Where does the Danube flow?"}]}
STREAM = {**ASK, "stream": True, "stream_options": {"include_usage": True}}


def url(provider) -> str:
    return f"{provider.base_url}/chat/completions"


@pytest.fixture
def session():
    with niquests.Session(disable_http2=True, disable_http3=True) as made:
        yield made


def test_plain_call_is_one_span(provider, spans, session):
    assert session.post(url(provider), json=ASK).json()["usage"] == USAGE
    assert spans.one().attributes["gen_ai.usage.output_tokens"] == 7


@pytest.mark.parametrize("size", [1, 50, 4096])
@pytest.mark.parametrize("compressed", [False, True])
def test_streamed_answer_is_watched_as_it_is_read(provider, spans, session, size, compressed):
    provider.script = [Fault(gzip=compressed)]
    with session.post(url(provider), json=STREAM, stream=True) as response:
        assert b"".join(response.iter_content(size)) == b"".join(events(usage=True))
    assert spans.one().attributes["gen_ai.usage.output_tokens"] == 7
    assert "spanwise.usage.estimated" not in spans.one().attributes


def test_nothing_is_asked_for(provider, spans, session):
    ask = {**ASK, "stream": True}
    assert session.post(url(provider), json=ask).content == b"".join(events(usage=False))
    assert provider.requests[0].body == ask
    assert spans.one().attributes["spanwise.usage.estimated"] is True


def test_multiplexed_call_is_left_alone(provider, spans):
    with niquests.Session(multiplexed=True) as session:
        response = session.post(url(provider), json=ASK)
        session.gather()
        assert json.loads(response.content)["usage"] == USAGE
    assert len(spans.all()) <= 1


def test_error_and_early_end_are_told(provider, spans, session):
    provider.script = [Fault(status=429)]
    assert session.post(url(provider), json=ASK).status_code == 429
    with session.post(url(provider), json=STREAM, stream=True) as response:
        next(response.iter_lines())
    told = [
        (span.attributes.get("error.type"), span.attributes.get("spanwise.usage.estimated")) for span in spans.all()
    ]
    assert told[0][0] == "429"
    assert told[1][0] is None


def test_uninstrument_puts_the_original_back(instrumented):
    original = urllib3_future.HTTPConnectionPool._make_request
    instrumented()
    assert urllib3_future.HTTPConnectionPool._make_request is not original
    spanwise.uninstrument()
    assert urllib3_future.HTTPConnectionPool._make_request is original
