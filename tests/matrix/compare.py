"""Holds the spans that arrived against what the provider said: the differences are the finding."""

from collections.abc import Sequence

from tests.matrix.receiver import Seen
from tests.support.protocols.server import Exchange

CLIENT = 3
OURS = "spanwise"
_RETRYABLE = {429, 500, 503}
_MODEL_OPERATIONS = {"chat", "generate_content", "text_completion", "embeddings"}
_ESTIMATED = "spanwise.usage.estimated"
_TTFT = "gen_ai.response.time_to_first_chunk"
_SHORT = {
    "gen_ai.usage.input_tokens": "input",
    "gen_ai.usage.output_tokens": "output",
    "gen_ai.usage.cache_read.input_tokens": "cache read",
    "gen_ai.usage.cache_write.input_tokens": "cache write",
    "gen_ai.usage.reasoning.output_tokens": "reasoning",
    "gen_ai.response.finish_reasons": "finish",
}


def model_calls(spans: Sequence[Seen]) -> list[Seen]:
    """Choose the spans of model calls, whoever made them."""
    return [span for span in spans if span.attributes.get("gen_ai.operation.name") in _MODEL_OPERATIONS]


def differences(exchanges: Sequence[Exchange], spans: Sequence[Seen], *, broken_off: bool = False) -> list[str]:
    """Say in what the spans differ from the exchanges; nothing where each call is told once and truly.

    `broken_off`: the agent left the stream early, so that its end was not seen by anybody.
    """
    calls = model_calls(spans)
    if not exchanges:
        return ["the SDK called no known API"]
    if not calls:
        return ["not captured"]
    if len(calls) != len(exchanges):
        scopes = ", ".join(sorted({span.scope for span in calls}))
        return [f"{len(calls)} spans for {len(exchanges)} calls ({scopes})"]
    found: list[str] = []
    resends = 0
    for exchange, span in zip(exchanges, calls, strict=True):
        found += _call(exchange, span, broken_off=broken_off)
        if resends and span.scope == OURS:
            found += _unlike(span, "http.request.resend_count", resends)
        resends = resends + 1 if exchange.reply.status in _RETRYABLE else 0
    return list(dict.fromkeys(found))


def _call(exchange: Exchange, span: Seen, *, broken_off: bool) -> list[str]:
    told = exchange.reply.told
    failed = exchange.reply.status >= 400
    found: list[str] = []
    if span.kind != CLIENT:
        found.append(f"kind {span.kind}")
    if span.scope != OURS:  # the SDK tells the call itself, in words of its own; the tokens must be true all the same
        told = {name: value for name, value in told.items() if name.startswith("gen_ai.usage") or name == "error.type"}
    model = told.get("gen_ai.request.model")
    if model and span.name != f"{span.attributes['gen_ai.operation.name']} {model}":
        found.append(f"name {span.name!r}")
    cancelled = broken_off and span.attributes.get("error.type") == "CancelledError"  # how some agents leave a stream
    if span.failed != (failed or cancelled):
        found.append("failed" if span.failed else "error not told")
    for name, value in told.items():
        if not (broken_off and name.startswith(("gen_ai.usage", "gen_ai.response.finish"))):
            found += _unlike(span, name, value)
    if exchange.reply.streamed and span.scope == OURS:
        found += _stream(span, broken_off=broken_off)
    return found


def _stream(span: Seen, *, broken_off: bool) -> list[str]:
    found = _unlike(span, "gen_ai.request.stream", expected=True)
    ttft = span.attributes.get(_TTFT)
    if not isinstance(ttft, float) or ttft <= 0:
        found.append(f"ttft {ttft}")
    if bool(span.attributes.get(_ESTIMATED)) != broken_off:
        found.append("not estimated" if broken_off else "estimated")
    return found


def _unlike(span: Seen, name: str, expected: object) -> list[str]:
    got = span.attributes.get(name)
    if got == expected and type(got) is type(expected):
        return []
    return [f"{_SHORT.get(name, name.rpartition('.')[2])} {got!r}, not {expected!r}"]
