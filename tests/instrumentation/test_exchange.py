import gzip
import zlib

import httpx2
import pytest

from spanwise import exchange

URL = httpx2.URL("http://host:1/v1/chat/completions")
STREAM = b'{"model":"m","stream":true}'


def begin(headers=None, *, url=URL, body: bytes | None = STREAM):
    return exchange.begin("POST", url, httpx2.Headers(headers or {}), body)


def test_host_is_remembered_as_refusing_only_when_it_answers_without_the_option(spans):
    del spans
    call = begin()
    call.retried(400)
    assert begin().body is not None
    call.retried(200)
    assert begin().body is None
    assert begin(url=httpx2.URL("http://host:2/v1/chat/completions")).body is not None
    exchange.configure(stream_usage=True)
    assert begin().body is not None


@pytest.mark.parametrize(
    "headers", [{"Digest": "x"}, {"Content-Encoding": "gzip"}, {"Authorization": "AWS4-HMAC-SHA256 x"}]
)
def test_sealed_body_is_not_changed(spans, headers):
    del spans
    assert begin(headers).body is None


def test_resend_count_is_told_only_when_it_is_a_number_above_nought(spans):
    for count in ("0", "x", "3"):
        begin({"x-stainless-retry-count": count}).attempt.end()
    assert [span.attributes.get("http.request.resend_count") for span in spans.all()] == [None, None, 3]


def test_attempt_says_which_failure_it_repeats_also_without_a_header(spans):
    begin().read(b"", 429, "")
    begin().read(b"", 503, "")
    begin({"x-stainless-retry-count": "2"}).attempt.end()
    begin().attempt.end()
    told = [
        (span.attributes.get("http.request.resend_count"), span.attributes.get("spanwise.retry.reason"))
        for span in spans.all()
    ]
    assert told == [(None, None), (1, "429"), (2, "503"), (None, None)]


def test_count_of_a_lower_layer_that_begins_anew_is_not_believed(spans):
    begin().attempt.end("503")
    begin({"x-stainless-retry-count": "1"}).attempt.end("503")
    begin({"x-stainless-retry-count": "0"}).attempt.end("503")
    begin({"x-stainless-retry-count": "1"}).attempt.end()
    assert [span.attributes.get("http.request.resend_count") for span in spans.all()] == [None, 1, 2, 3]


def test_same_body_elsewhere_or_another_body_repeats_nothing(spans):
    begin().attempt.end("ConnectError")
    begin(url=httpx2.URL("http://other:1/v1/chat/completions")).attempt.end()
    begin(body=STREAM + b" ").attempt.end()
    assert not [span for span in spans.all() if "spanwise.retry.reason" in span.attributes]


def test_rate_limits_of_the_response_are_told(spans):
    call = begin()
    call.heard(httpx2.Headers({"X-RateLimit-Remaining-Requests": "5", "Retry-After": "3"}))
    call.read(b"", 429, "")
    attributes = spans.one().attributes
    assert attributes["spanwise.ratelimit.remaining_requests"] == 5
    assert attributes["spanwise.ratelimit.reset_s"] == 3.0


USAGE_EVENT = b'data: {"choices":[],"usage":{"prompt_tokens":1}}\n\n'
WORD = b'data: {"choices":[{"index":0,"delta":{"content":"east"}}]}\n\n'


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), (" Deflate", zlib.compress), ("", bytes)])
def test_after_a_fault_of_ours_the_usage_event_is_hidden_under_a_coding_too(instrumented, coding, pack):
    instrumented(raise_faults=False)
    blind = begin().give_up("here", RuntimeError("ours"), coding)
    assert blind.inflates is bool(coding)
    assert blind.whole(pack(WORD + USAGE_EVENT)) == WORD


@pytest.mark.parametrize("coding", ["br", "gzip, br", "zstd"])
def test_coding_that_we_cannot_take_away_stays(instrumented, coding):
    instrumented(raise_faults=False)
    blind = begin().give_up("here", RuntimeError("ours"), coding)
    assert (blind.inflates, blind.whole(b"packed")) == (False, b"packed")


def test_stream_that_the_caller_asked_usage_of_keeps_its_coding(instrumented):
    instrumented(raise_faults=False)
    asked = b'{"model":"m","stream":true,"stream_options":{"include_usage":true}}'
    blind = begin(body=asked).give_up("here", RuntimeError("ours"), "gzip")
    packed = gzip.compress(WORD + USAGE_EVENT)
    assert (blind.inflates, blind.whole(packed)) == (False, packed)
