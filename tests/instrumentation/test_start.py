import subprocess
import sys

import httpx2
import pytest

import spanwise
from spanwise import start, tracer
from spanwise.doctor import stacks

ASK = {"model": "m", "messages": []}


def test_instrument_twice_traces_once_and_takes_the_new_arguments(provider, instrumented):
    first, second = instrumented(), instrumented()
    httpx2.post(f"{provider.base_url}/chat/completions", json=ASK)
    assert first.all() == ()
    assert len(second.all()) == 1


def test_host_named_by_the_user_is_told_by_that_name(provider, spans, monkeypatch):
    monkeypatch.setenv("SPANWISE_PROVIDERS", "127.0.0.1=vllm")
    spanwise.instrument(tracer_provider=spans.provider)
    httpx2.post(f"{provider.base_url}/chat/completions", json=ASK)
    spanwise.instrument(tracer_provider=spans.provider, providers={"127.0.0.1": "sglang"})
    httpx2.post(f"{provider.base_url}/chat/completions", json=ASK)
    assert [span.attributes["gen_ai.provider.name"] for span in spans.all()] == ["vllm", "sglang"]


def test_uninstrument_stops_and_instrument_starts_again(provider, instrumented):
    spans = instrumented()
    spanwise.uninstrument()
    httpx2.post(f"{provider.base_url}/chat/completions", json=ASK)
    again = instrumented()
    httpx2.post(f"{provider.base_url}/chat/completions", json=ASK)
    assert (len(spans.all()), len(again.all())) == (0, 1)


def test_wrong_environment_is_told_before_anything_is_touched(monkeypatch):
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "zipkin")
    with pytest.raises(ValueError, match="OTEL_TRACES_EXPORTER: got 'zipkin'"):
        spanwise.instrument()
    assert type(httpx2.Client.__dict__["send"]).__name__ == "function"


def test_disabled_sdk_touches_nothing(monkeypatch):
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    spanwise.instrument()
    start.instrument_late()
    assert type(httpx2.Client.__dict__["send"]).__name__ == "function"


def test_late_instrument_finds_the_provider_at_the_first_span(provider, monkeypatch):
    from opentelemetry.sdk.trace import TracerProvider

    found = []

    def find():
        found.append(TracerProvider(shutdown_on_exit=False))
        return found[0]

    monkeypatch.setattr("spanwise.provider.join_or_build_late", find)
    start.instrument_late()
    try:
        assert found == []
        httpx2.post(f"{provider.base_url}/chat/completions", json=ASK)
        httpx2.post(f"{provider.base_url}/chat/completions", json=ASK)
        assert len(found) == 1
    finally:
        spanwise.uninstrument()
    assert tracer.tracer() is not None


def test_importing_spanwise_imports_nothing_of_the_sdk():
    program = (
        "import sys, spanwise; print([m for m in sys.modules if m.startswith(('opentelemetry', 'msgspec', 'wrapt'))])"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, timeout=60, capture_output=True, text=True)
    assert done.stdout == "[]\n"


def test_public_names_are_all_there_and_others_are_refused():
    for name in spanwise.__all__:
        assert callable(getattr(spanwise, name))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = spanwise.nothing


@pytest.mark.parametrize("names", [("a-openai", "b-openai"), ("a-openai",)])
def test_stacked_instrumentors_are_warned_of_once(instrumented, monkeypatch, caplog, names):
    monkeypatch.setattr(stacks, "others", lambda: {"openai": names})
    start._warn_of_stacks.cache_clear()
    instrumented()
    instrumented()
    start._warn_of_stacks.cache_clear()
    warned = [record.getMessage() for record in caplog.records if record.name == "spanwise"]
    assert len(warned) == len(names) - 1
    assert all("a-openai and b-openai" in message for message in warned)
