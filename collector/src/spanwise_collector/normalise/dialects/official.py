"""The OpenTelemetry project's own GenAI instrumentations, and ours, which writes the same."""

from __future__ import annotations

from spanwise_collector.normalise.dialect import Counting, Dialect

DIALECT = Dialect(
    name="otel_genai",
    title="OpenTelemetry GenAI instrumentations",
    order=10,
    scopes=(
        "spanwise",
        "opentelemetry.instrumentation.genai.*",
        "opentelemetry.instrumentation.google_genai",
        "opentelemetry.instrumentation.openai_v2",
    ),
    counting=(
        Counting("inside", "inside", scope="spanwise"),
        Counting("inside", scope="opentelemetry.instrumentation.genai.*"),
        Counting("outside", scope="opentelemetry.instrumentation.genai.bedrock*"),
        Counting("inside", scope="opentelemetry.instrumentation.openai_v2"),
    ),
    traps=(
        "A stream of OpenAI chat has no usage unless the caller asks for it with `stream_options.include_usage`.",
        "The Bedrock package writes input tokens without the cache; it is added.",
    ),
)
