"""The tracing that is built into Anthropic's own SDKs."""

from __future__ import annotations

from spanwise_collector.normalise.dialect import Counting, Dialect, counts, strings

DIALECT = Dialect(
    name="anthropic",
    title="Anthropic SDK",
    order=20,
    scopes=("com.anthropic.sdk.*",),
    sources={
        "finish_reason": strings("anthropic.message.stop_reason"),
        "cache_write_5m_tokens": counts("anthropic.usage.cache_creation.ephemeral_5m_input_tokens"),
        "cache_write_1h_tokens": counts("anthropic.usage.cache_creation.ephemeral_1h_input_tokens"),
        "service_tier": strings("anthropic.response.service_tier"),
    },
    names={"anthropic.messages.create": "chat", "anthropic.messages.stream": "chat"},
    counting=(Counting("inside", "inside"),),
    traps=("`anthropic.message.count_tokens.input_tokens` is an answer about tokens and no use of any.",),
)
