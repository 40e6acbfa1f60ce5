from importlib.metadata import version

from opentelemetry.sdk.trace import TracerProvider

from spanwise import tracer


def test_scope_carries_the_version(spans):
    with tracer.tracer().start_as_current_span("s"):
        pass
    scope = spans.one().instrumentation_scope
    assert (scope.name, scope.version) == ("spanwise", version("spanwise"))


def test_provider_is_asked_for_once_and_only_when_needed():
    asked = []

    def find():
        asked.append(1)
        return TracerProvider(shutdown_on_exit=False)

    tracer.use_at_first_span(find)
    try:
        assert asked == []
        assert tracer.tracer() is tracer.tracer()
        assert asked == [1]
    finally:
        tracer.forget()
