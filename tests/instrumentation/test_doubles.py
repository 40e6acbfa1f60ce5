import pytest
from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

import spanwise
from spanwise.beside import Beside
from tests.instrumentation.test_exchange import begin

PLAIN = b'{"model":"m","messages":[]}'


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
        assert begin(body=PLAIN) is None


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


@pytest.fixture
def suppressed():
    token = otel_context.attach(otel_context.set_value("suppress_language_model_instrumentation", True))
    yield
    otel_context.detach(token)


@pytest.mark.usefixtures("suppressed")
def test_framework_that_has_a_span_for_the_call_keeps_ours_away(spans):
    with spans.provider.get_tracer("framework").start_as_current_span("theirs"):
        assert begin(body=PLAIN) is None


@pytest.mark.usefixtures("suppressed")
def test_framework_whose_spans_go_nowhere_keeps_ours_not_away(spans):
    del spans
    assert begin(body=PLAIN) is not None


def test_span_whose_kind_is_kept_back_until_it_ends_is_recognised(spans):
    with spans.provider.get_tracer("openinference").start_as_current_span("theirs") as theirs:
        theirs._self_important_attributes = {"openinference.span.kind": "LLM"}  # as OpenInference's own spans do
        assert begin(body=PLAIN) is None


def test_stream_that_asks_by_itself_is_left_to_the_other(spans):
    with spans.provider.get_tracer("theirs").start_as_current_span("t", attributes={"gen_ai.operation.name": "chat"}):
        assert begin(body=b'{"model":"m","stream":true,"stream_options":{"include_usage":true}}') is None


def test_stream_whose_usage_only_we_ask_for_is_watched_for_the_other(spans):
    with spans.provider.get_tracer("theirs").start_as_current_span("t", attributes={"gen_ai.operation.name": "chat"}):
        call = begin()
    assert isinstance(call.attempt, Beside)
    assert b"include_usage" in call.body


def test_client_that_sends_through_another_is_told_once(spans):
    with spans.provider.get_tracer("spanwise").start_as_current_span("o", attributes={"gen_ai.operation.name": "chat"}):
        assert begin() is None
