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
    async with serving(hello, "127.0.0.1:0", "test") as address:
        host, port = address.split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        for pause_s in (6, 0):
            writer.write(b"GET / HTTP/1.1\r\nhost: test\r\n\r\n")
            assert (await reader.readuntil(b"0\r\n\r\n")).startswith(b"HTTP/1.1 200 OK")
            await asyncio.sleep(pause_s)
        writer.close()


async def test_an_address_that_is_taken_names_the_setting():
    async with serving(hello, "127.0.0.1:0", "one") as address:
        with pytest.raises(OSError, match=f"two: cannot listen on {address}: Address already in use"):
            async with serving(hello, address, "two"):
                pass
