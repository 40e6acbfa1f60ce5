import httpx2
import pytest

from spanwise.ratelimit import limits

P = "spanwise.ratelimit."
DATE = {"Date": "Fri, 20 Nov 2026 20:00:00 GMT"}


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        (
            {
                "x-ratelimit-remaining-requests": "59",
                "x-ratelimit-remaining-tokens": "149984",
                "x-ratelimit-reset-requests": "1s",
                "x-ratelimit-reset-tokens": "6m0s",
            },
            {"remaining_requests": 59, "remaining_tokens": 149984, "reset_s": 360.0},
        ),
        ({"X-RateLimit-Reset-Tokens": "120ms"}, {"reset_s": 0.12}),
        ({"x-ratelimit-reset-requests": "2m59.5s"}, {"reset_s": 179.5}),
        ({"x-ratelimit-reset-requests": "0s"}, {"reset_s": 0.0}),
        (
            {
                **DATE,
                "anthropic-ratelimit-requests-remaining": "49",
                "anthropic-ratelimit-tokens-remaining": "39000",
                "anthropic-ratelimit-tokens-reset": "2026-11-20T20:00:30Z",
            },
            {"remaining_requests": 49, "remaining_tokens": 39000, "reset_s": 30.0},
        ),
        ({"retry-after": "20", "x-ratelimit-reset-requests": "1h"}, {"reset_s": 20.0}),
        ({"retry-after-ms": "1500", "retry-after": "2"}, {"reset_s": 1.5}),
        ({**DATE, "retry-after": "Fri, 20 Nov 2026 20:01:00 GMT"}, {"reset_s": 60.0}),
        ({**DATE, "retry-after": "Fri, 20 Nov 2026 19:01:00 GMT"}, {"reset_s": 0.0}),
    ],
    ids=["openai", "mixed case", "groq", "whole", "anthropic", "retry-after", "milliseconds", "date", "past"],
)  # fmt: skip
def test_limits_of_each_provider_are_read(headers, told):
    assert limits(httpx2.Headers(headers)) == {P + key: value for key, value in told.items()}


@pytest.mark.parametrize("value", ["", "x", "-1", "soon", "1s later", "²", "2026-11-20T20:00:30Z", "1.2.3"])
@pytest.mark.parametrize(
    "name",
    ["x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens", "anthropic-ratelimit-tokens-reset", "retry-after"],
)
def test_what_cannot_be_read_is_left_out(name, value):
    headers = httpx2.Headers({name.encode(): value.encode()})
    assert limits(headers) == {}
    headers.update(DATE)
    assert limits(headers) in ({}, {P + "reset_s": 30.0})


def test_response_without_limits_tells_nothing():
    assert limits({"content-type": "application/json"}) == {}


@pytest.mark.parametrize(("value", "usd"), [("3.75e-06", 3.75e-06), ("0.25", 0.25), ("0", 0.0), (" 1 ", 1.0)])
def test_cost_that_litellms_proxy_tells_is_told(value, usd):
    assert limits({"x-litellm-response-cost": value}) == {"gen_ai.usage.cost": usd}


@pytest.mark.parametrize("value", ["None", "", "-1", "nan", "inf", "1e999", "free"])
def test_cost_that_is_none_is_left_out(value):
    assert limits(httpx2.Headers({"X-LiteLLM-Response-Cost": value})) == {}
