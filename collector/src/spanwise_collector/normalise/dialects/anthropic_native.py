"""The tracing that is built into Anthropic's own SDKs."""

from __future__ import annotations

from spanwise_collector.normalise.dialect import Counting, Dialect, strings

DIALECT = Dialect(
    name="anthropic",
    title="Anthropic SDK",
    order=20,
    scopes=("com.anthropic.sdk.*",),
    sources={"finish_reason": strings("anthropic.message.stop_reason")},
    names={"anthropic.messages.create": "chat", "anthropic.messages.stream": "chat"},
    counting=(Counting("inside", "inside"),),
    traps=("`anthropic.message.count_tokens.input_tokens` is an answer about tokens and no use of any.",),
)
