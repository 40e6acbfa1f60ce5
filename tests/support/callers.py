"""Calls of a model as an agent makes them over each transport, and all that the agent then sees."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import aiohttp
import boto3
import botocore.config
import httpx
import httpx2
import requests

BODY = {"model": "m", "messages": [{"role": "user", "content": "Where does the Danube flow?"}]}
STREAM = {**BODY, "stream": True}
CHAT = "/v1/chat/completions"
PATIENCE_S = 30.0
CLAUDE = "anthropic.claude-sonnet-4-5-20250929-v1:0"
TURNS: list[Any] = [{"role": "user", "content": [{"text": "Where does the Danube flow?"}]}]


@dataclass(frozen=True, slots=True)
class Seen:
    """What one call gave to the agent: an answer, or the exception that it raised."""

    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | str = b""
    asked: bytes | str | None = None
    """The request as the agent finds it on the response."""
    error: str = ""


def _headers(headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((name.lower(), value) for name, value in headers.items() if name.lower() != "date")


def _failure(error: BaseException) -> Seen:
    return Seen(error=f"{type(error).__module__}.{type(error).__qualname__}: {error}")


# How long is waited for each read of a stream, once its answer has begun. What comes before has all the time it needs:
# so on a machine under load the time-out comes where it came without load.


def _hasten(response: Any, timeout_s: float) -> None:
    """Set the time-out of a response of urllib3; one that was read whole has given its connection back."""
    if response.connection is not None and response.connection.sock is not None:
        response.connection.sock.settimeout(timeout_s)


class Httpx:
    """The sync client of httpx or httpx2."""

    def __init__(self, library: Any, address: str, timeout_s: float) -> None:
        self._client = library.Client(base_url=address, timeout=PATIENCE_S, verify=False)
        self._timeout_s = timeout_s

    def call(self, path: str, body: object, headers: Mapping[str, str], *, streamed: bool) -> Seen:
        request = self._client.build_request("POST", path, json=body, headers=headers)
        try:
            response = self._client.send(request, stream=streamed)
            response.request.extensions["timeout"]["read"] = self._timeout_s
            data = b"".join(response.iter_bytes()) if streamed else response.content
        except Exception as error:  # noqa: BLE001  what the agent gets is the point
            return _failure(error)
        return Seen(response.status_code, _headers(response.headers), data, response.request.content)

    def close(self) -> None:
        self._client.close()


class Async:
    """A client of asyncio, driven from outside of its loop."""

    def __init__(self, made: Callable[[], Awaitable[Any]]) -> None:
        self._runner = asyncio.Runner()
        self._client = self._runner.run(_awaited(made()))

    def call(self, path: str, body: object, headers: Mapping[str, str], *, streamed: bool) -> Seen:
        return self._runner.run(self._call(path, body, headers, streamed=streamed))

    async def _call(self, path: str, body: object, headers: Mapping[str, str], *, streamed: bool) -> Seen:
        raise NotImplementedError

    def close(self) -> None:
        self._runner.run(_awaited(self._close()))
        self._runner.close()

    async def _close(self) -> None:
        await self._client.close()


async def _awaited(made: Awaitable[Any]) -> Any:
    return await made


class AsyncHttpx(Async):
    """The async client of httpx or httpx2."""

    def __init__(self, library: Any, address: str, timeout_s: float) -> None:
        async def made() -> Any:
            return library.AsyncClient(base_url=address, timeout=PATIENCE_S, verify=False)

        super().__init__(made)
        self._timeout_s = timeout_s

    async def _call(self, path: str, body: object, headers: Mapping[str, str], *, streamed: bool) -> Seen:
        request = self._client.build_request("POST", path, json=body, headers=headers)
        try:
            response = await self._client.send(request, stream=streamed)
            response.request.extensions["timeout"]["read"] = self._timeout_s
            data = b"".join([part async for part in response.aiter_bytes()]) if streamed else response.content
        except Exception as error:  # noqa: BLE001
            return _failure(error)
        return Seen(response.status_code, _headers(response.headers), data, response.request.content)

    async def _close(self) -> None:
        await self._client.aclose()


class Aiohttp(Async):
    """The session of aiohttp."""

    def __init__(self, address: str, timeout_s: float) -> None:
        async def made() -> Any:
            return aiohttp.ClientSession(address, timeout=aiohttp.ClientTimeout(total=PATIENCE_S))

        super().__init__(made)
        self._timeout_s = timeout_s

    async def _call(self, path: str, body: object, headers: Mapping[str, str], *, streamed: bool) -> Seen:
        try:
            async with self._client.post(path, json=body, headers=headers) as response:
                timer = asyncio.get_running_loop().call_later(self._timeout_s, response._timer.timeout)
                data = (
                    b"".join([part async for part in response.content.iter_any()])
                    if streamed
                    else await response.read()
                )
                timer.cancel()
        except Exception as error:  # noqa: BLE001
            return _failure(error)
        asked = repr(sorted(response.request_info.headers.items()))
        return Seen(response.status, _headers(response.headers), data, asked)


class Requests:
    """The session of requests, and so urllib3."""

    def __init__(self, address: str, timeout_s: float) -> None:
        self._address = address
        self._timeout_s = timeout_s
        self._session = requests.Session()

    def call(self, path: str, body: object, headers: Mapping[str, str], *, streamed: bool) -> Seen:
        try:
            response = self._session.post(
                self._address + path, json=body, headers=headers, stream=streamed, timeout=PATIENCE_S
            )
            _hasten(response.raw, self._timeout_s)
            data = b"".join(response.iter_content(None)) if streamed else response.content
        except Exception as error:  # noqa: BLE001
            return _failure(error)
        return Seen(response.status_code, _headers(response.headers), data, response.request.body)

    def close(self) -> None:
        self._session.close()


class Bedrock:
    """The client of Bedrock of boto3; the body of a stream is the list of its events."""

    def __init__(self, address: str, timeout_s: float) -> None:
        self._client = boto3.client(
            "bedrock-runtime",
            region_name="eu-west-1",
            endpoint_url=address,
            aws_access_key_id="dummy",
            aws_secret_access_key="dummy",
            config=botocore.config.Config(retries={"total_max_attempts": 1}, read_timeout=PATIENCE_S),
        )
        self._timeout_s = timeout_s

    def call(self, path: str, body: object, headers: Mapping[str, str], *, streamed: bool) -> Seen:
        del path, body, headers
        try:
            if streamed:
                answer = self._client.converse_stream(modelId=CLAUDE, messages=TURNS)
                _hasten(answer["stream"]._raw_stream, self._timeout_s)
                with contextlib.closing(answer["stream"]) as events:
                    data = json.dumps(list(events))
            else:
                answer = self._client.converse(modelId=CLAUDE, messages=TURNS)
                data = json.dumps(answer["output"])
        except Exception as error:  # noqa: BLE001
            return _failure(error)
        told = answer["ResponseMetadata"]
        return Seen(told["HTTPStatusCode"], _headers(told["HTTPHeaders"]), data)

    def close(self) -> None:
        self._client.close()


CALLERS: dict[str, Callable[[str, float], Any]] = {
    "httpx2": partial(Httpx, httpx2),
    "httpx": partial(Httpx, httpx),
    "httpx2 async": partial(AsyncHttpx, httpx2),
    "httpx async": partial(AsyncHttpx, httpx),
    "aiohttp": Aiohttp,
    "requests": Requests,
    "botocore": Bedrock,
}
