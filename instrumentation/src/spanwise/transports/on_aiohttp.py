"""Sees what leaves through aiohttp (litellm, dashscope, llama-index, aiobotocore)."""

# ruff: noqa: ANN401  aiohttp is no dependency
#
# The place is a client middleware of our own, the innermost one: it sees each attempt with the body as it leaves, also
# of redirects and of middlewares that retry. `ClientSession._request` is wrapped only to put it there. Versions before
# 3.12 have none: there a refused request could not be sent again, so the usage of streams is not asked for.

import zlib
from functools import partial
from typing import Any

from opentelemetry.context import Context

from spanwise import context as names_context
from spanwise import exchange, guard
from spanwise.background import may_call
from spanwise.exchange import REFUSALS, Exchange
from spanwise.propagation import carry, take_back
from spanwise.transports.aiohttp_reader import WatchedReader
from spanwise.transports.library import Library, Seam

_REDIRECTS = range(300, 400)
_INFLATABLE = frozenset({"gzip", "deflate"})


class _Flight:
    """One attempt that is traced."""

    __slots__ = ("asked", "body", "call", "carried", "context", "headers", "request")

    def __init__(self, call: Exchange, context: Context, request: Any, body: bytes | None) -> None:
        self.call = call
        self.context = context
        self.request = request
        self.body = body
        self.carried = carry(context, request.url, request.headers)
        self.headers: Any = request.headers.copy()
        self.asked = False

    async def ask(self, body: bytes) -> None:
        """Let the request ask for usage, and for plain bytes, so that the usage event is found as it passes."""
        try:
            self.asked = True  # from here on there is something to put back
            await self.request.update_body(body)
            self.request.headers["Accept-Encoding"] = "identity"
        except Exception as fault:  # noqa: BLE001  the agent must never see a fault of ours
            guard.report(f"{__name__}.ask", fault)

    async def restore(self) -> None:
        """Make the request the caller's own again: for another try, and for what looks at it later."""
        try:
            await self.request.update_body(self.body)
            self.request.headers.clear()
            self.request.headers.update(self.headers)
        except Exception as fault:  # noqa: BLE001
            guard.report(f"{__name__}.restore", fault)

    @guard.guarded
    def retried(self, response: Any) -> None:
        """Take the answer to the caller's own request."""
        self.call.retried(response.status)

    @guard.guarded
    def fail(self, error: BaseException) -> None:
        """End the attempt."""
        self.call.attempt.end(type(error).__qualname__)


class _Aiohttp:
    """What is known of the library once it is imported."""

    def __init__(self, aiohttp: Any) -> None:
        self._bytes_payload: type = aiohttp.payload.BytesPayload
        self._empty: type = aiohttp.streams.EmptyStreamReader
        self._reader: Any = type("StreamReader", (WatchedReader, aiohttp.StreamReader), {})

    def request(self, wrapped: Any, session: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Stand around `ClientSession._request`."""
        return wrapped(*args, **(self._with_ours(session, args, kwargs) or kwargs))

    @guard.guarded
    def _with_ours(self, session: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any] | None:
        method: Any = args[0] if args else kwargs.get("method")
        if not may_call(method.upper()):
            return None
        given, inflates = kwargs.get("middlewares"), kwargs.get("auto_decompress")
        theirs = session._middlewares if given is None else given  # noqa: SLF001
        inflated = session.auto_decompress if inflates is None else inflates
        return {**kwargs, "middlewares": (*theirs, partial(self._attempt, inflated=inflated))}

    async def _attempt(self, request: Any, handler: Any, *, inflated: bool) -> Any:
        flight = self._begin(request, inflated=inflated)
        if flight is None:
            return await handler(request)
        if flight.call.body is not None:
            await flight.ask(flight.call.body)
        token = names_context.attach(flight.context)
        try:
            response = await handler(request)
            if flight.asked and response.status in REFUSALS:
                response.release()
                await flight.restore()
                response = await handler(request)
                flight.retried(response)
        except BaseException as error:
            flight.fail(error)
            raise
        finally:
            names_context.detach(token)
            if flight.asked:
                await flight.restore()
            if flight.carried:
                take_back(flight.carried, request.headers)
        self._arrived(flight, response, inflated=inflated)
        return response

    @guard.guarded
    def _begin(self, request: Any, *, inflated: bool) -> _Flight | None:
        payload = request.body
        body = bytes(payload._value) if isinstance(payload, self._bytes_payload) else None  # noqa: SLF001
        headers = {name.lower(): value for name, value in request.headers.items()}
        call = exchange.begin(request.method, request.url, headers, body)
        if call is None:
            return None
        try:
            if not (inflated and hasattr(request, "update_body")):
                call.body = None  # the caller wants the bytes as they come, or this aiohttp cannot change a body
            return _Flight(call, call.attempt.context(), request, body)
        except Exception:
            call.attempt.end()  # nobody else knows of it
            raise

    def _arrived(self, flight: _Flight, response: Any, *, inflated: bool) -> None:
        content = response.content
        try:
            self._watch_answer(flight, response, inflated=inflated)
        except Exception as fault:  # noqa: BLE001  the agent must never see a fault of ours
            blind = flight.call.give_up(f"{__name__}._arrived", fault)
            if isinstance(content, self._empty):
                blind.leave()
            else:
                response.content = self._reader(content, blind)

    def _watch_answer(self, flight: _Flight, response: Any, *, inflated: bool) -> None:
        call, status, content = flight.call, response.status, response.content
        content_type = response.headers.get("content-type", "")
        call.heard(response.headers)
        if status in _REDIRECTS:
            call.attempt.end(str(status))
            return
        if isinstance(content, self._empty):
            call.read(b"", status, content_type)
            return
        encoding = "" if inflated else response.headers.get("content-encoding", "").strip().lower()
        if encoding and encoding not in _INFLATABLE:
            call.attempt.end(str(status) if status >= 400 else None)  # noqa: PLR2004  the first status that is an error
            return
        watch, _ = call.watch(status, content_type, encoding, _inflate if encoding else bytes)
        if watch is not None:
            response.content = self._reader(content, watch)


class _Older(_Aiohttp):
    """Before 3.12 there are no middlewares: an attempt is seen as it is sent and arrives, and asks for nothing."""

    async def send(self, wrapped: Any, request: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Stand around `ClientRequest.send`, which gives a response that has not begun."""
        flight = self._begin(request, inflated=False) if request.method == "POST" else None
        if flight is None:
            return await wrapped(*args, **kwargs)
        token = names_context.attach(flight.context)
        try:
            response = await wrapped(*args, **kwargs)
        except BaseException as error:
            flight.fail(error)
            raise
        finally:
            names_context.detach(token)
        response._spanwise_flight = flight  # noqa: SLF001  found when it has begun
        return response

    async def start(self, wrapped: Any, response: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Stand around `ClientResponse.start`, which reads the head."""
        flight: _Flight | None = response.__dict__.pop("_spanwise_flight", None)
        try:
            begun = await wrapped(*args, **kwargs)
        except BaseException as error:
            if flight is not None:
                flight.fail(error)
            raise
        if flight is not None:
            inflated = getattr(getattr(response, "_session", None), "auto_decompress", True)
            self._arrived(flight, response, inflated=inflated)
        return begun


def _inflate(raw: bytes) -> bytes:
    return zlib.decompress(raw, zlib.MAX_WBITS | 32)


def _seams(aiohttp: Any) -> list[Seam]:
    if hasattr(aiohttp, "ClientMiddlewareType"):
        return [Seam(aiohttp.ClientSession, "_request", _Aiohttp(aiohttp).request)]
    older = _Older(aiohttp)
    return [Seam(aiohttp.ClientRequest, "send", older.send), Seam(aiohttp.ClientResponse, "start", older.start)]


TRANSPORT = Library("aiohttp", _seams)
