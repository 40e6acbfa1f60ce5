from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import Any

import httpcore
import pytest

from spanwise_alerts.alert import Outcome
from spanwise_alerts.notify import guard
from spanwise_alerts.notify.guard import Guard, PrivateAddressError
from spanwise_alerts.notify.http import Answer, Poster
from tests.support.webhook import WebhookSink


def answers(monkeypatch: pytest.MonkeyPatch, *turns: list[str]) -> list[str]:
    """Let the resolver answer as written, one list a question; what it was asked is returned."""
    asked, left = list[str](), list(turns)

    async def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        addresses = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    return asked


def loopback_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this machine's addresses stand for those of the internet, and 127.0.0.9 for one inside."""
    monkeypatch.setattr(guard, "is_private", lambda address: address == ipaddress.ip_address("127.0.0.9"))


async def post(url: str) -> Answer | Outcome:
    poster = Poster(10.0, tls=False)
    try:
        return await poster.post(url, b"{}", {}, 0.0)
    finally:
        await poster.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "[::ffff:127.0.0.1]"])
async def test_nothing_is_sent_inside_however_it_is_written(host: str):
    with WebhookSink() as sink:
        outcome = await post(f"http://{host}:{sink.url.rpartition(':')[2]}/hook")
        assert sink.deliveries == []
    assert outcome == Outcome(
        "retry", "no answer: its name leads to a private address, which needs `allow_private: true`"
    )


async def test_what_was_checked_is_what_is_connected_to(monkeypatch: pytest.MonkeyPatch):
    loopback_is_public(monkeypatch)
    with WebhookSink() as sink:
        port = sink.url.rpartition(":")[2]
        # who answers the second question otherwise is not asked a second one
        asked = answers(monkeypatch, ["127.0.0.1"], ["127.0.0.9"])
        assert await post(f"http://hooks.example.com:{port}/hook") == Answer(200)
        assert asked == ["hooks.example.com"]
        assert sink.deliveries[0].headers["Host"] == f"hooks.example.com:{port}"
        assert isinstance(await post(f"http://hooks.example.com:{port}/hook"), Outcome)
    assert len(sink.deliveries) == 1


async def test_of_several_addresses_the_next_public_one_is_tried(monkeypatch: pytest.MonkeyPatch):
    loopback_is_public(monkeypatch)
    with WebhookSink() as sink:
        answers(monkeypatch, ["127.0.0.9", "127.0.0.8", "127.0.0.1"])
        # nobody listens at the second one
        assert await post(f"http://hooks.example.com:{sink.url.rpartition(':')[2]}/") == Answer(200)


async def test_a_name_that_is_not_known_is_said_so(monkeypatch: pytest.MonkeyPatch):
    async def getaddrinfo(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    outcome = await post("http://hooks.example.com/secret")
    assert outcome == Outcome("retry", "no answer: its name is not known")


async def test_a_socket_of_this_machine_is_refused():
    with pytest.raises(PrivateAddressError):
        await Guard(allow_private=False).connect_unix_socket("/run/docker.sock")


async def test_where_private_addresses_are_allowed_they_are_connected_to():
    with WebhookSink() as sink:
        stream = await Guard(allow_private=True).connect_tcp("127.0.0.1", int(sink.url.rpartition(":")[2]), 10.0)
        await stream.aclose()


async def test_no_address_in_time_is_a_fault_of_the_connection(monkeypatch: pytest.MonkeyPatch):
    async def getaddrinfo(*_: Any, **__: Any) -> list[Any]:
        await asyncio.Event().wait()
        return []

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    with pytest.raises(httpcore.ConnectTimeout):
        await Guard(allow_private=False).connect_tcp("hooks.example.com", 80, 0.01)
