"""Turning tracing off leaves every client exactly as it was, and it can be turned on again."""

import aiohttp
import httpx
import httpx2
import pytest
import urllib3
import uvicorn

import spanwise
from spanwise.transports import registry

OWNERS = (
    httpx.Client,
    httpx.AsyncClient,
    httpx2.Client,
    httpx2.AsyncClient,
    aiohttp.ClientSession,
    aiohttp.ClientRequest,
    aiohttp.ClientResponse,
    urllib3.connectionpool.HTTPConnectionPool,
    uvicorn.Server,
)


def attributes():
    return {owner: dict(vars(owner)) for owner in OWNERS}


def same(before, after):
    return [
        (owner.__qualname__, name)
        for owner in OWNERS
        for name in before[owner].keys() | after[owner].keys()
        if before[owner].get(name) is not after[owner].get(name)
    ]


def test_every_attribute_is_the_same_object_again(instrumented):
    before = attributes()
    for _ in range(2):
        instrumented()
        patched = {owner for owner, _ in same(before, attributes())}
        assert {"Client", "AsyncClient", "ClientSession", "HTTPConnectionPool", "Server"} <= patched
        spanwise.uninstrument()
        assert same(before, attributes()) == []


def test_no_patch_is_left_in_any_transport(instrumented):
    instrumented()
    spanwise.uninstrument()
    assert [transport for transport in registry.TRANSPORTS if transport._patches] == []


@pytest.mark.parametrize("client", [httpx, httpx2])
def test_wrapper_that_another_put_on_ours_stays_and_ours_below_it_does_nothing(
    provider, instrumented, monkeypatch, client
):
    spans = instrumented()
    ours = client.Client.send

    def theirs(*args, **kwargs):
        return ours(*args, **kwargs)

    monkeypatch.setattr(client.Client, "send", theirs)
    spanwise.uninstrument()
    client.post(f"{provider.base_url}/chat/completions", json={"model": "gpt-4o", "messages": []})
    assert client.Client.send is theirs
    assert (len(provider.requests), spans.all()) == (1, ())
