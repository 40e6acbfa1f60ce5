"""The demo's agent as a process of its own, traced by `spanwise run`."""

import asyncio
import random

import pytest

from spanwise_collector.serving import serving
from spanwise_stack.demo import child
from spanwise_stack.demo.child import agent, last_words
from spanwise_stack.demo.provider import Provider
from spanwise_stack.demo.weather import Weather
from spanwise_stack.errors import AgentEnded
from tests.support.collector import collecting

ENOUGH = 20


async def until(condition, timeout_s=60):
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 another process makes it true
            await asyncio.sleep(0.05)


async def test_every_call_that_the_provider_answered_is_a_span_of_the_collector(tmp_path):
    provider = Provider(Weather(random.Random(1)))
    async with collecting(tmp_path / "data") as talk, serving(provider.app, "127.0.0.1:0", "provider") as host:
        otlp_http = talk.otlp.removeprefix("http://").removesuffix("/v1/traces")
        async with agent(host, otlp_http, tmp_path / "log") as running:
            await until(lambda: provider.answered >= ENOUGH)
            running.check()
        assert await talk.value("llm.calls", "count", window="10m") == provider.answered
        agents = await talk.measure("llm.calls", "count", by="agent", window="10m")
        assert {series["labels"]["agent"] for series in agents} == {"planner", "researcher", "writer"}
        tools = await talk.measure("tool.calls", "count", by="tool", window="10m")
        assert {series["labels"]["tool"] for series in tools} >= {"search_web", "read_page"}
        assert [s["labels"] for s in await talk.measure("llm.calls", "count", by="environment", window="10m")] == [
            {"environment": "demo"}
        ]
    assert (tmp_path / "log").read_text() == ""


async def test_an_agent_that_ends_early_is_told_with_its_last_words(tmp_path, monkeypatch):
    command = ["sh", "-c", "echo last words; exit 3"]
    monkeypatch.setattr(child, "_command", lambda *_: command)
    async with agent("127.0.0.1:1", "127.0.0.1:1", tmp_path / "log") as running:
        await until(lambda: running._process.returncode is not None)
        with pytest.raises(AgentEnded, match="ended with status 3"):
            running.check()
    assert last_words(tmp_path / "log") == [f"the agent's output ({tmp_path / 'log'}) ends with:", "last words"]
