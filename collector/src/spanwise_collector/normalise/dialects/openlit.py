"""OpenLIT."""

from __future__ import annotations

from spanwise_collector.normalise.dialect import Counting, Dialect, Source, strings

DIALECT = Dialect(
    name="openlit",
    title="OpenLIT",
    order=40,
    scopes=("openlit*",),
    keys=("gen_ai.sdk.version",),
    resource={"telemetry.sdk.name": ("openlit",)},
    sources={
        "conversation_id": strings("gen_ai.agent.session_id"),
        "stream": (Source("gen_ai.request.is_stream", "bool"),),
        "ttft_ns": (Source("gen_ai.server.time_to_first_token", "f64", "seconds", own=True),),
    },
    counting=(Counting("outside", provider="anthropic"),),
    traps=(
        "Input tokens of Anthropic leave the cache out; it is added. The total proves nothing.",
        "Where a stream told no usage, tokens are guessed with a tokenizer, and nothing on the span says so.",
    ),
)
