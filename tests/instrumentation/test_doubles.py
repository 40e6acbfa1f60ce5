import pytest
from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

import spanwise
from tests.instrumentation.test_exchange import begin


@pytest.mark.parametrize(
    ("scope", "attributes"),
    [
        ("opentelemetry.instrumentation.genai.openai", {"gen_ai.operation.name": "chat"}),
        ("com.anthropic.sdk.python", {"gen_ai.operation.name": "chat"}),
        ("openinference.instrumentation.openai", {"openinference.span.kind": "LLM"}),
        ("opentelemetry.instrumentation.openai.v1", {"llm.request.type": "chat"}),
    ],
)
def test_call_that_another_traces_has_no_span_of_ours(spans, scope, attributes):
    with spans.provider.get_tracer(scope).start_as_current_span("theirs", attributes=attributes):
        assert begin() is None


@pytest.mark.parametrize(
    "attributes",
    [{}, {"gen_ai.operation.name": "invoke_agent"}, {"openinference.span.kind": "CHAIN"}, {"http.method": "POST"}],
)
def test_call_inside_another_kind_of_span_is_traced(spans, attributes):
    with spans.provider.get_tracer("other").start_as_current_span("theirs", attributes=attributes):
        assert begin() is not None


def test_call_below_an_ended_span_or_one_of_ours_is_traced(spans):
    ended = spans.provider.get_tracer("other").start_span("theirs", attributes={"gen_ai.operation.name": "chat"})
    ended.end()
    with trace.use_span(ended), spanwise.agent("a"):
        assert begin() is not None


def test_span_that_goes_to_another_provider_keeps_ours_not_away(spans):
    del spans
    elsewhere = TracerProvider(shutdown_on_exit=False).get_tracer("other")
    with elsewhere.start_as_current_span("theirs", attributes={"gen_ai.operation.name": "chat"}):
        assert begin() is not None


def test_framework_that_has_a_span_for_the_call_keeps_ours_away(spans):
    del spans
    token = otel_context.attach(otel_context.set_value("suppress_language_model_instrumentation", True))
    try:
        assert begin() is None
    finally:
        otel_context.detach(token)
