from opentelemetry.sdk.trace import TracerProvider

from spanwise import tool_spans


def test_provider_is_watched_once():
    provider = TracerProvider(shutdown_on_exit=False)
    tool_spans.see(provider)
    tool_spans.see(provider)
    assert len(provider._active_span_processor._span_processors) == 1


def test_provider_that_is_not_the_sdks_is_left_alone():
    tool_spans.see(object())
