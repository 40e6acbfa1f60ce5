"""What we tell of each API's calls is, in the collector, what the provider said of them."""

import httpx
import pytest

from spanwise_collector.normalise import vocabulary
from tests.dialects.own import priced
from tests.support.own_calls import PLAIN, STREAMED
from tests.support.protocols import server
from tests.support.protocols.shape import Say

ASK = {"messages": [{"role": "user", "content": "Where does the Danube flow?"}]}
CHAT = {**ASK, "model": "gpt-4o"}
RESPONSE = {"model": "gpt-4o", "input": "Where does the Danube flow?"}
CLAUDE = {**ASK, "model": "claude-sonnet-4-5", "max_tokens": 99}
GEMINI = {"contents": [{"role": "user", "parts": [{"text": "Where does the Danube flow?"}]}]}
STUDIO = "/v1beta/models/gemini-2.5-flash"
CALLS = {
    "openai": ("/v1/chat/completions", CHAT, {}),
    "openai streamed": ("/v1/chat/completions", {**CHAT, "stream": True}, {}),
    "openai responses": ("/v1/responses", RESPONSE, {}),
    "openai responses streamed": ("/v1/responses", {**RESPONSE, "stream": True}, {}),
    "openai embeddings": ("/v1/embeddings", {"model": "text-embedding-3-small", "input": "a"}, {}),
    "anthropic": ("/v1/messages", CLAUDE, {}),
    "anthropic streamed": ("/v1/messages", {**CLAUDE, "stream": True}, {}),
    "gemini": (f"{STUDIO}:generateContent", GEMINI, {}),
    "gemini streamed": (f"{STUDIO}:streamGenerateContent?alt=sse", GEMINI, {}),
    **PLAIN,
    **{f"{name} streamed": call for name, call in STREAMED.items()},
}
COUNTS = {
    "input_tokens": "gen_ai.usage.input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
    "cache_read_tokens": "gen_ai.usage.cache_read.input_tokens",
    "reasoning_tokens": "gen_ai.usage.reasoning.output_tokens",
}


def told(call, say):
    """Make one call; give what the provider said of it, and the collector's row."""
    path, body, headers = call
    with server.serve() as running, priced() as frame:
        running.play(otherwise=say)
        with httpx.stream("POST", f"{running.address}{path}", json=body, headers=headers) as response:
            list(response.iter_bytes())
        (exchange,) = running.exchanges
        return exchange.reply.told, frame().row(0, named=True)


@pytest.mark.parametrize("name", CALLS)
def test_call_is_understood_as_it_was_answered(name):
    truth, row = told(CALLS[name], Say())
    counts = {column: truth[key] for column, key in COUNTS.items() if truth.get(key) is not None}
    assert {column: row[column] for column in counts} == counts
    assert (row["dialect"], row["category"], row["error_type"]) == ("otel_genai", "llm", None)
    assert row["operation"] == truth["gen_ai.operation.name"]
    assert row["token_basis"] == ("inclusive" if "input_tokens" in counts else "estimated")
    reasons = truth.get("gen_ai.response.finish_reasons")
    assert reasons is None or row["finish_reason"] == vocabulary.finish_reason(reasons[0])
    streamed = name.endswith("streamed")
    assert (row["ttft_ns"] is not None, row["stream"]) == (streamed, streamed or None)


@pytest.mark.parametrize("name", CALLS)
def test_call_that_fails_is_understood_as_failed(name):
    _, row = told(CALLS[name], Say(status=500))
    assert (row["error_type"], row["input_tokens"], row["cost_pico_usd"]) == ("500", None, None)
    assert row["cost_source"] is None
