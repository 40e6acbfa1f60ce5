"""Collector and alerts together, in this process."""

import asyncio
import dataclasses
import socket
import time

import httpx
import pytest

from spanwise_collector.store.store import Store
from spanwise_stack.config import Flags, StackConfig, load, parse
from spanwise_stack.errors import CannotStart
from spanwise_stack.stack import Stack
from tests.support.otlp import traffic

FREE = Flags(otlp_http="127.0.0.1:0", otlp_grpc="127.0.0.1:0", http="127.0.0.1:0", alerts="127.0.0.1:0")


def config(data, **alerts) -> StackConfig:
    free = "127.0.0.1:0"
    collector = {"otlp": {"http": free, "grpc": free}, "http": free, "data": str(data)}
    return parse({"collector": collector, "alerts": {"http": free, **alerts}}, "test", data)


async def send(stack, seed=1):
    body, truth = traffic(seed=seed, spans=256, now_ns=time.time_ns(), spread_s=20)
    async with httpx.AsyncClient() as client:
        headers = {"content-type": "application/x-protobuf"}
        answer = await client.post(f"http://{stack.addresses['otlp_http']}/v1/traces", content=body, headers=headers)
    assert answer.status_code == 200
    return truth


async def test_every_address_answers_and_every_span_is_in_the_ledger_after_the_stop(tmp_path):
    stack = Stack(config(tmp_path))
    async with stack:
        truth = await send(stack)
        async with httpx.AsyncClient() as client:
            for name, path in (("http", "/readyz"), ("http", "/metrics"), ("alerts", "/api/v2/status")):
                assert (await client.get(f"http://{stack.addresses[name]}{path}")).status_code == 200
    expected = {"acknowledged": truth.spans, "stored": truth.spans, "rejected": 0, "duplicate": 0, "lost": 0}
    assert stack.ledger == expected


async def test_an_alert_of_the_alert_manager_comes_from_spans_of_the_collector(tmp_path):
    seen = asyncio.Queue()
    rule = {"name": "calls", "measure": "llm.calls", "stat": "count", "window": "5m", "tiers": {"info": {"above": 10}}}
    async with Stack(config(tmp_path, rules=[rule]), on_event=seen.put_nowait) as stack:
        await send(stack)
        event = await asyncio.wait_for(seen.get(), 30)
    assert (event.notice.rule, event.notice.status, event.notice.tier) == ("calls", "firing", "info")


async def test_everything_is_there_again_after_a_restart(tmp_path):
    first = Stack(config(tmp_path))
    async with first:
        await send(first)
    second = Stack(config(tmp_path))
    async with second:
        assert second.ledger == first.ledger
        await send(second, seed=2)
    assert second.ledger["acknowledged"] == second.ledger["stored"] == 2 * 256


async def test_acknowledged_spans_that_are_in_no_number_are_lost_until_the_next_start(tmp_path, monkeypatch, caplog):
    def fail(*_):
        raise RuntimeError("a fault of ours")

    first = Stack(config(tmp_path))
    with monkeypatch.context() as patch:
        patch.setattr(Store, "append", fail)
        async with first:
            await send(first)
    assert (first.ledger["acknowledged"], first.ledger["stored"], first.ledger["lost"]) == (256, 0, 256)
    assert "a fault of ours" in caplog.text
    async with Stack(config(tmp_path)) as second:
        assert (second.ledger["acknowledged"], second.ledger["stored"], second.ledger["lost"]) == (256, 256, 0)


async def test_an_address_in_use_and_a_folder_that_cannot_be_written_are_told_together(tmp_path):
    (tmp_path / "file").write_text("")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        taken = f"127.0.0.1:{listener.getsockname()[1]}"
        flags = dataclasses.replace(FREE, http=taken, data=tmp_path / "file")
        with pytest.raises(CannotStart) as caught:
            async with Stack(load(None, flags)):
                pass
    lines = str(caught.value).splitlines()
    assert lines[0] == f"{taken} is in use by another program; --http HOST:PORT moves it (port 0 takes a free one)"
    assert lines[1].startswith(f"{tmp_path / 'file'} cannot be written: ")
    assert "--data DIR names another folder" in lines[1]


async def test_nobody_else_may_look_into_the_data_folder(tmp_path):
    data = tmp_path / "deep" / "data"
    async with Stack(config(data)):
        assert {path.stat().st_mode & 0o077 for path in (data, data / "journal", data / "alerts")} == {0}


async def test_two_stacks_on_one_folder_are_refused(tmp_path):
    async with Stack(config(tmp_path)):
        with pytest.raises(CannotStart, match="another running collector uses it"):
            async with Stack(config(tmp_path)):
                pass
