from __future__ import annotations

import signal

import httpx
import pytest
from fastapi import FastAPI

from spanwise_alerts.serve import serve


@pytest.mark.parametrize("address", ["127.0.0.1:0", "[::1]:0"])
async def test_it_says_where_it_came_to_and_leaves_signals_alone(address: str):
    app = FastAPI()
    app.get("/")(lambda: "here")
    before = signal.getsignal(signal.SIGINT)
    async with serve(app, address) as found, httpx.AsyncClient() as client:
        assert signal.getsignal(signal.SIGINT) is before
        assert (await client.get(f"http://{found}/")).json() == "here"
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"http://{found}/")
