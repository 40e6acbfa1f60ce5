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
        # Without the provider's usage, which a stream of OpenAI has on request only, a tokenizer guesses.
        "tokens_estimated": tuple(
            Source(key, "bool", own=True, when=(system, "openai"))
            for key in ("gen_ai.request.is_stream", "gen_ai.request.stream")
            for system in ("gen_ai.system", "gen_ai.provider.name")
        ),
        "ttft_ns": (Source("gen_ai.server.time_to_first_token", "f64", "seconds", own=True),),
    },
    counting=(Counting("outside", provider="anthropic"),),
    traps=(
        "Input tokens of Anthropic leave the cache out; it is added. The total proves nothing.",
        "Tokens of an OpenAI stream may be guessed, and no attribute says so: all of them are `estimated`.",
    ),
)
