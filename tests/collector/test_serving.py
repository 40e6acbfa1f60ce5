import asyncio

import httpx
import pytest

from spanwise_collector.serving import serving


async def hello(_scope, _receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})


async def test_it_serves_while_the_context_lasts():
    async with httpx.AsyncClient() as client:
        async with serving(hello, "127.0.0.1:0", "test") as address:
            assert (await client.get(f"http://{address}/")).text == "hello"
        with pytest.raises(httpx.ConnectError):
            await client.get(f"http://{address}/")


async def test_a_client_that_comes_again_after_the_usual_five_seconds_finds_its_connection_open():
    async def comes_again(address, after_s):
        async with httpx.AsyncClient(limits=httpx.Limits(keepalive_expiry=60)) as client:
            await client.get(f"http://{address}/")
            await asyncio.sleep(after_s)
            return (await client.get(f"http://{address}/")).text

    async with serving(hello, "127.0.0.1:0", "test") as address:
        answers = await asyncio.gather(*(comes_again(address, 4.95 + n / 1000) for n in range(100)))
    assert answers == ["hello"] * 100


async def test_an_address_that_is_taken_names_the_setting():
    async with serving(hello, "127.0.0.1:0", "one") as address:
        with pytest.raises(OSError, match=f"two: cannot listen on {address}: Address already in use"):
            async with serving(hello, address, "two"):
                pass
