"""A run that never ends is seen while it lasts: the agent's heartbeats, a real exporter, a real collector."""

import asyncio
import time

import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

import spanwise
from spanwise import heartbeat
from tests.support.collector import collecting

DEADLINE_S = 30


@pytest.fixture
def traced():
    made = []

    def trace(endpoint):
        provider = TracerProvider(resource=Resource({"service.name": "looper"}), shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(endpoint)))
        spanwise.instrument(tracer_provider=provider, raise_faults=True)
        made.append(provider)

    yield trace
    spanwise.uninstrument()
    for provider in made:
        provider.shutdown()


async def test_a_run_without_any_call_is_running_while_it_lasts_and_a_run_without_a_step_after(
    tmp_path, monkeypatch, traced
):
    monkeypatch.setattr(heartbeat, "EVERY_S", 0.1)
    done = asyncio.Event()
    loop = asyncio.get_running_loop()

    def spin():
        with spanwise.agent("looper"):
            asyncio.run_coroutine_threadsafe(done.wait(), loop).result(DEADLINE_S)

    async with collecting(tmp_path) as talk:
        traced(talk.otlp)
        began = time.time()
        spinning = asyncio.create_task(asyncio.to_thread(spin))
        found = []
        while not found and time.time() < began + DEADLINE_S:
            found = (await talk.get("/api/v1/runs", status="running")).json()["runs"]
            await asyncio.sleep(0.05)
        (running,) = found
        assert (running["agent"], running["service"], running["steps"]) == ("looper", "looper", 0)
        assert running["duration_s"] is None
        assert running["start"] == pytest.approx(began, abs=5)
        assert "spanwise_runs_active{" in (await talk.get("/metrics")).text
        done.set()
        await spinning
        (ended,) = (await talk.get("/api/v1/runs")).json()["runs"]
        assert (ended["status"], ended["span_id"], ended["steps"]) == ("ok", running["span_id"], 0)
        assert ended["start"] == running["start"]
        assert await talk.value("run.count", "count") == 1
        assert await talk.value("llm.calls", "count") is None
