"""What calls cost: from the provider's answer over the span that we make of it to the numbers of the collector."""

import json

import httpx
import openai
import pytest

from tests.dialects.own import priced
from tests.support import provider as openai_provider
from tests.support.protocols import anthropic, server
from tests.support.protocols.shape import Say
from tests.support.provider import Fault

ASKED = {"model": "made-up-9", "messages": [{"role": "user", "content": "Where does the Danube flow?"}]}
TOLD = {
    "openrouter": {"cost": 0.25, "is_byok": False, "cost_details": {"upstream_inference_cost": 0.2}},
    "perplexity": {"cost": {"request_cost": 0.05, "total_cost": 0.25}},
    "x_ai": {"cost_in_usd_ticks": 2_500_000_000},
}


def streamed(usage: dict) -> bytes:
    *events, last, done = openai_provider.events(usage=True)
    chunk = {**json.loads(last.removeprefix(b"data: ")), "usage": usage}
    return b"".join([*events, b"data: " + json.dumps(chunk).encode() + b"\n\n", done])


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "streamed"])
@pytest.mark.parametrize("provider", TOLD)
def test_cost_that_a_provider_tells_counts_for_a_model_without_a_price(provider, stream):
    usage = {**openai_provider.USAGE, **TOLD[provider]}
    whole = {**openai_provider.completion(), "model": "made-up-9", "usage": usage}
    with openai_provider.serve() as running, priced(provider) as calls:
        fault = Fault(body=json.dumps(whole).encode())
        if stream:
            body = streamed(usage).replace(openai_provider.MODEL.encode(), b"made-up-9")
            fault = Fault(body=body, content_type="text/event-stream")
        running.script = [fault]
        with openai.OpenAI(api_key="none", base_url=running.base_url) as client:
            answer = client.chat.completions.create(**ASKED, stream=stream)
            if stream:
                list(answer)
        row = calls().row(0, named=True)
    assert (row["reported_cost_pico_usd"], row["cost_pico_usd"]) == (25 * 10**10, 25 * 10**10)
    assert row["cost_source"] == "reported"


def test_cost_in_the_headers_of_a_gateway_counts_for_its_own_name_of_a_model():
    body = json.dumps({**openai_provider.completion(), "model": "our-best"}).encode()
    with openai_provider.serve() as running, priced("litellm") as calls:
        running.script = [Fault(body=body, headers={"x-litellm-response-cost": "0.25"})]
        with openai.OpenAI(api_key="none", base_url=running.base_url) as client:
            client.chat.completions.create(**{**ASKED, "model": "our-best"})
        row = calls().row(0, named=True)
    assert (row["cost_pico_usd"], row["cost_source"]) == (25 * 10**10, "reported")


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "streamed"])
@pytest.mark.parametrize(("speed", "share"), [("standard", 1), ("fast", 2)])
def test_call_in_anthropics_fast_mode_is_paid_at_its_own_price(monkeypatch, speed, share, stream):
    model = "claude-opus-4-8"
    own = anthropic.usage
    monkeypatch.setattr(anthropic, "MODEL", model)
    monkeypatch.setattr(anthropic, "usage", lambda say: {**own(say), "speed": speed})
    asked = {**ASKED, "model": model, "max_tokens": 9, "stream": stream}
    with server.serve() as running, priced("anthropic") as calls:
        running.play(otherwise=Say(input_tokens=1000, cache_read_tokens=0, output_tokens=100))
        httpx.post(f"{running.address}/v1/messages", json=asked).raise_for_status()
        row = calls().row(0, named=True)
    # USD 5 and 25 a million tokens at the standard speed, 10 and 50 in fast mode.
    assert row["cost_pico_usd"] == share * (1000 * 5_000_000 + 100 * 25_000_000)
    assert row["cost_source"] == "computed"
    assert row["service_tier"] == {"standard": "default", "fast": "fast_mode"}[speed]
