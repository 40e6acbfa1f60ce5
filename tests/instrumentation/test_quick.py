import json

import pytest
from opentelemetry import context as otel_context
from opentelemetry.context import Context
from opentelemetry.sdk.trace import SpanLimits, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_OFF,
    ALWAYS_ON,
    Decision,
    ParentBased,
    Sampler,
    SamplingResult,
    TraceIdRatioBased,
)
from opentelemetry.trace import (
    NonRecordingSpan,
    NoOpTracer,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from spanwise import quick
from spanwise.context import parent

START = {"gen_ai.request.model": "m", "server.port": 443, "gen_ai.request.stream": True}
END = {"gen_ai.response.finish_reasons": ("stop",), "gen_ai.response.time_to_first_chunk": 0.5, "server.port": 1}


class Counting(IdGenerator):
    """Ids one after the other."""

    def __init__(self):
        self.last = 0

    def generate_span_id(self) -> int:
        self.last += 1
        return self.last

    generate_trace_id = generate_span_id


class Refusing(Sampler):
    """Drops every span, in a way that nobody can know beforehand."""

    def should_sample(self, *_args, **_more):
        return SamplingResult(Decision.DROP)

    def get_description(self) -> str:
        return "refusing"


class Adding(Sampler):
    """Sees what it is asked, adds one attribute and takes one away."""

    def __init__(self):
        self.asked = []

    def should_sample(self, parent_context, trace_id, name, kind=None, attributes=None, links=None, trace_state=None):
        self.asked.append((parent_context, trace_id, name, kind, dict(attributes), links, trace_state))
        return SamplingResult(Decision.RECORD_AND_SAMPLE, {"added": 1, "gen_ai.request.model": "m"})

    def get_description(self) -> str:
        return "adding"


class Noting(SpanProcessor):
    """Notes what it sees of a span at its start, and writes on it."""

    def __init__(self):
        self.seen = []

    def on_start(self, span, parent_context=None):
        self.seen.append((dict(span.attributes), parent_context))
        span.set_attribute("noted", "yes")


def made(way, sampler=ALWAYS_ON, around=None, **options):
    """Give the exported span, and what sampler and processor saw, of a span made in one way."""
    exporter, noting = InMemorySpanExporter(), Noting()
    provider = TracerProvider(sampler=sampler, id_generator=Counting(), shutdown_on_exit=False, **options)
    provider.add_span_processor(noting)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("scope", "1")
    context = Context() if around is None else around
    if way == "quick":
        span, write = quick.maker(tracer)("n", context, parent(context), SpanKind.CLIENT, dict(START))
        write(dict(END))
    else:
        span = tracer.start_span("n", context, SpanKind.CLIENT, dict(START))
        span.set_attributes(END)
    span.end()
    told = [json.loads(done.to_json()) for done in exporter.get_finished_spans()]
    for one in told:
        del one["start_time"], one["end_time"]
    return told, span.get_span_context(), noting.seen, getattr(sampler, "asked", None)


PARENTS = {
    "root": None,
    "local": set_span_in_context(NonRecordingSpan(SpanContext(7, 8, is_remote=False, trace_flags=TraceFlags(1)))),
    "remote": set_span_in_context(NonRecordingSpan(SpanContext(7, 8, is_remote=True, trace_flags=TraceFlags(3)))),
    "unsampled": set_span_in_context(NonRecordingSpan(SpanContext(7, 8, is_remote=True, trace_flags=TraceFlags(0)))),
}


@pytest.mark.parametrize("around", PARENTS.values(), ids=PARENTS.keys())
@pytest.mark.parametrize(
    "sampler",
    [
        lambda: ALWAYS_ON,
        lambda: ALWAYS_OFF,
        lambda: ParentBased(ALWAYS_ON),
        lambda: ParentBased(ALWAYS_OFF),
        lambda: ParentBased(ALWAYS_ON, remote_parent_not_sampled=ALWAYS_ON),
        lambda: ParentBased(ALWAYS_ON, remote_parent_sampled=Adding()),
        lambda: ParentBased(ALWAYS_ON, local_parent_sampled=ALWAYS_OFF),
        lambda: TraceIdRatioBased(0.5),
        Adding,
        Refusing,
    ],
)
def test_span_sampler_and_processors_see_what_they_see_of_the_sdks_own(sampler, around):
    assert made("quick", sampler(), around) == made("sdk", sampler(), around)


def test_tracer_of_the_sdk_fits():
    assert quick.maker(TracerProvider(shutdown_on_exit=False).get_tracer("scope"))


@pytest.mark.parametrize("limits", [SpanLimits(max_span_attributes=10), SpanLimits(max_span_attribute_length=100)])
def test_limited_attributes_go_the_sdks_way(limits):
    assert not quick.maker(TracerProvider(span_limits=limits, shutdown_on_exit=False).get_tracer("scope"))


def test_sampler_set_later_is_asked():
    tracer = TracerProvider(sampler=ALWAYS_ON, shutdown_on_exit=False).get_tracer("scope")
    start = quick.maker(tracer)
    tracer.sampler = ALWAYS_OFF
    assert not start("n", Context(), None, SpanKind.CLIENT, {})[0].is_recording()


def test_tracer_of_another_kind_goes_its_own_way():
    assert not quick.maker(NoOpTracer())


def test_tracer_turned_off_gives_the_span_around():
    tracer = TracerProvider(shutdown_on_exit=False).get_tracer("scope")
    tracer._tracer_config.is_enabled = False
    span, write = quick.maker(tracer)("n", otel_context.Context(), None, SpanKind.CLIENT, {})
    write({"a": 1})
    assert not span.is_recording()


def test_sdk_whose_spans_hold_something_else_goes_its_own_way(monkeypatch):
    monkeypatch.setattr(quick, "_ALIKE", quick._ALIKE - {"_status"})
    assert not quick.maker(TracerProvider(shutdown_on_exit=False).get_tracer("scope"))


def test_span_bears_all_that_one_of_the_sdk_bears():
    tracer = TracerProvider(shutdown_on_exit=False).get_tracer("scope")
    ours, _ = quick.maker(tracer)("n", otel_context.Context(), None, SpanKind.CLIENT, {"a": 1})
    theirs = tracer.start_span("n", otel_context.Context(), SpanKind.CLIENT, {"a": 1})
    for span in (ours, theirs):
        span.add_event("e", {"k": "v"})
        span.add_link(SpanContext(7, 8, is_remote=True))
        span.record_exception(ValueError("x"))
        span.update_name("m")
        span.set_attribute("b", [1, 2])
        span.set_status(StatusCode.ERROR, "bad")
    assert isinstance(ours, type(theirs))
    for read in ("name", "kind", "attributes", "status", "resource", "instrumentation_scope", "parent"):
        left, right = getattr(ours, read), getattr(theirs, read)
        assert left == right or repr(left) == repr(right) or vars(left) == vars(right)
    assert [event.name for event in ours.events] == [event.name for event in theirs.events]
    assert [link.context for link in ours.links] == [link.context for link in theirs.links]
    assert tracer.start_span("fresh").events == ()
    fresh, _ = quick.maker(tracer)("n", otel_context.Context(), None, SpanKind.CLIENT, {})
    assert (fresh.events, fresh.links) == ((), ())
