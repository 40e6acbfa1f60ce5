import contextvars

from opentelemetry import context as otel_context
from opentelemetry.context import Context
from opentelemetry.trace import INVALID_SPAN, NonRecordingSpan, SpanContext, get_current_span, set_span_in_context

from spanwise import context


def test_names_inside_stand_before_those_around_and_do_not_leak():
    around = context.with_names(Context(), {context.AGENT: "a", context.TENANT: "t"})
    inside = context.with_names(around, {context.AGENT: "b"})
    assert context.names(inside) == {context.AGENT: "b", context.TENANT: "t"}
    assert context.names(around) == {context.AGENT: "a", context.TENANT: "t"}
    assert context.names(Context()) == {}
    assert context.with_names(around, {}) is around


def test_span_around_is_that_of_the_api_and_none_where_it_has_no_ids():
    span = NonRecordingSpan(SpanContext(7, 8, is_remote=True))
    inside = context.with_span(span, Context({"kept": 1}))
    assert get_current_span(inside) is span
    assert inside.get("kept") == 1
    assert context.parent(inside) == context.parent(set_span_in_context(span)) == span.get_span_context()
    assert context.parent(Context()) is None
    assert context.parent(set_span_in_context(INVALID_SPAN)) is None


def test_context_made_current_is_that_of_the_api_until_it_is_given_back():
    before = otel_context.get_current()
    token = context.attach(Context({"kept": 1}))
    assert otel_context.get_current() is context.current()
    assert context.current().get("kept") == 1
    context.detach(token)
    assert otel_context.get_current() == before


def test_giving_back_from_elsewhere_is_logged_by_the_api_and_raises_nothing(caplog):
    token = contextvars.Context().run(context.attach, Context())
    context.detach(token)
    assert "Failed to detach context" in caplog.text
