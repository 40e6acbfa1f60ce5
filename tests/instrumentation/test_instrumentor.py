from importlib.metadata import entry_points

import httpx2

from spanwise.instrumentor import SpanwiseInstrumentor

ASK = {"model": "gpt-4o", "messages": []}


def test_entry_point_has_a_name_of_ours():
    (entry,) = entry_points(group="opentelemetry_instrumentor", name="spanwise")
    assert entry.load() is SpanwiseInstrumentor


def test_instruments_as_the_loader_asks_and_uninstruments(provider, spans):
    one = SpanwiseInstrumentor()
    one.instrument(skip_dep_check=True, tracer_provider=spans.provider)
    assert one.is_instrumented_by_opentelemetry
    httpx2.post(f"{provider.base_url}/chat/completions", json=ASK)
    one.uninstrument()
    httpx2.post(f"{provider.base_url}/chat/completions", json=ASK)
    assert spans.one().name == "chat gpt-4o"
    assert not SpanwiseInstrumentor().is_instrumented_by_opentelemetry
    assert one.instrumentation_dependencies() == ()


def test_wrong_setting_is_logged_and_no_other_instrumentor_is_kept_from_loading(monkeypatch, caplog):
    monkeypatch.setenv("SPANWISE_STREAM_USAGE", "maybe")
    SpanwiseInstrumentor().instrument(skip_dep_check=True)
    assert not SpanwiseInstrumentor().is_instrumented_by_opentelemetry
    assert "SPANWISE_STREAM_USAGE: got 'maybe', expected true or false; nothing is traced" in caplog.text
