"""Watches the clients of httpx and httpx2, which share one interface."""

# ruff: noqa: ANN401  two libraries with equal, unrelated classes; neither is a dependency
#
# The place is `Client.send`: every attempt of an SDK passes it, with custom transports, with subclasses and on clients
# built long before; signing (`auth`) and event hooks come after it, so they see the body that really leaves.

import functools
from types import ModuleType
from typing import Any

import wrapt
from opentelemetry.context import Context

from spanwise import context as names_context
from spanwise import exchange, guard
from spanwise.background import may_call
from spanwise.exchange import REFUSALS, Exchange
from spanwise.propagation import carry, take_back, wanted
from spanwise.transports.httpx_addresses import address_of
from spanwise.transports.httpx_headers import Seen
from spanwise.transports.httpx_streams import WatchedAsync, WatchedSync


class HttpxFamily:
    """One client library of the family, by the name it is imported by."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._hooked = False
        self._watching = False
        self._module: Any = None
        self._patches: list[_Patch] = []
        self._sync_stream: type = object
        self._async_stream: type = object

    def watch(self) -> None:
        """See all requests from now on; the library itself is not imported for it."""
        self._watching = True
        if self._module is not None:
            self._patch()
        elif not self._hooked:
            self._hooked = True
            wrapt.register_post_import_hook(self._imported, self._name)

    def unwatch(self) -> None:
        """Leave the library as it was; where another has wrapped ours since, ours stays below it and does nothing."""
        self._watching = False
        self._patches = [patch for patch in self._patches if not patch.undone()]

    @guard.guarded
    def _imported(self, module: ModuleType) -> None:
        if module.__name__ != self._name:
            return  # httpx2 can take the name of httpx, and is watched under its own
        self._module = module
        own: Any = module
        self._sync_stream = type("WatchedSyncStream", (WatchedSync, own.SyncByteStream), {})
        self._async_stream = type("WatchedAsyncStream", (WatchedAsync, own.AsyncByteStream), {})
        if self._watching:
            self._patch()

    def _patch(self) -> None:
        if not self._patches:
            self._patches = [_Patch(self._module.Client, self._send), _Patch(self._module.AsyncClient, self._asend)]

    def _send(self, original: Any) -> Any:
        """Give what stands in the place of `Client.send`: a plain function, as a wrapper object takes 5 us a call."""

        @functools.wraps(original)
        def send(client: Any, /, *args: Any, **kwargs: Any) -> Any:
            flight = self._begin(args, kwargs) if self._watching else None
            if flight is None:
                return original(client, *args, **kwargs)
            token = names_context.attach(flight.context)
            try:
                response = original(client, *flight.args, **flight.kwargs)
                if flight.changed is not None and response.status_code in REFUSALS:
                    response.close()
                    response = original(client, *args, **kwargs)
                    flight.retried(response)
            except BaseException as error:
                flight.fail(error)
                raise
            finally:
                names_context.detach(token)
                if flight.carried:
                    take_back(flight.carried, flight.request.headers)
            self._arrived(flight, response, self._sync_stream)
            return response

        return send

    def _asend(self, original: Any) -> Any:
        """Give what stands in the place of `AsyncClient.send`."""

        @functools.wraps(original)
        async def send(client: Any, /, *args: Any, **kwargs: Any) -> Any:
            flight = self._begin(args, kwargs) if self._watching else None
            if flight is None:
                return await original(client, *args, **kwargs)
            token = names_context.attach(flight.context)
            try:
                response = await original(client, *flight.args, **flight.kwargs)
                if flight.changed is not None and response.status_code in REFUSALS:
                    await response.aclose()
                    response = await original(client, *args, **kwargs)
                    flight.retried(response)
            except BaseException as error:
                flight.fail(error)
                raise
            finally:
                names_context.detach(token)
                if flight.carried:
                    take_back(flight.carried, flight.request.headers)
            self._arrived(flight, response, self._async_stream)
            return response

        return send

    def _begin(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> "_Flight | None":
        call: Exchange | None = None
        try:
            request: Any = args[0] if args else kwargs.get("request")
            method: str = request.method
            if method != "POST" and not may_call(method):
                return None
            try:
                body = request.content
            except self._module.RequestNotRead:
                body = None
            call = exchange.begin(method, address_of(request.url), Seen(request.headers), body)
            if call is None:
                return None
            flight = _Flight(call, request, call.attempt.context(), args, kwargs)
            if wanted():
                flight.carried = carry(flight.context, request.url, request.headers)
            if call.body is not None:
                self._ask(flight, call.body)
        except Exception as fault:  # noqa: BLE001  the agent must never see a fault of ours
            if call is not None:
                call.attempt.end()  # nobody else knows of it
            guard.report(f"{__name__}.HttpxFamily._begin", fault)
            return None
        return flight

    @guard.guarded
    def _ask(self, flight: "_Flight", body: bytes) -> None:
        """Let a copy leave that asks for usage, and for plain bytes, so that the usage event is found as it passes."""
        request = flight.request
        stream = self._module.ByteStream(body)
        changed = self._module.Request(
            request.method, request.url, headers=request.headers, stream=stream, extensions=request.extensions
        )
        changed.headers["content-length"] = str(len(body))
        changed.headers["accept-encoding"] = "identity"
        changed.read()
        rest = {name: value for name, value in flight.kwargs.items() if name != "request"}
        flight.changed, flight.args, flight.kwargs = changed, (changed, *flight.args[1:]), rest

    def _arrived(self, flight: "_Flight", response: Any, stream: Any) -> None:
        if flight.changed is not None and response.request is flight.changed:
            response.request = flight.request  # the caller shall find what it sent
        try:
            self._watch_answer(flight.call, response, stream)
        except Exception as fault:  # noqa: BLE001  the agent must never see a fault of ours
            blind = flight.call.give_up(f"{__name__}._arrived", fault, response.headers.get("content-encoding", ""))
            if response.is_closed:
                blind.leave()
                return
            response.stream = stream(response.stream, blind)
            if blind.inflates:
                del response.headers["content-encoding"]

    def _watch_answer(self, call: Exchange, response: Any, stream: Any) -> None:
        headers = Seen(response.headers)
        call.heard(headers)
        content_type: str = headers.get("content-type", "")
        if response.is_closed:
            self._read(call, response, content_type)
            return
        encoding = headers.get("content-encoding", "").strip().lower().removeprefix("identity")

        def decode(raw: bytes) -> bytes:
            return self._module.Response(200, headers={"content-encoding": encoding}, content=raw).content

        watch, plain = call.watch(response.status_code, content_type, encoding, decode)
        if watch is not None:
            watched = stream(response.stream, watch)
            if plain:
                del response.headers["content-encoding"]
            response.stream = watched

    def _read(self, call: Exchange, response: Any, content_type: str) -> None:
        try:
            body = response.content
        except self._module.ResponseNotRead:
            call.attempt.end()
            return
        visible = call.read(body, response.status_code, content_type)
        if visible is not body and visible != body:
            response._content = visible  # noqa: SLF001  there is no public way to set a body that was read


class _Flight:
    """One call of `send` that is traced: what the caller passed, and what is passed on."""

    __slots__ = ("args", "call", "carried", "changed", "context", "kwargs", "request")

    def __init__(
        self, call: Exchange, request: Any, context: Context, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        self.call = call
        self.request = request
        self.context = context
        self.args = args
        self.kwargs = kwargs
        self.carried: tuple[str, ...] | None = None
        """The headers that tell the trace, which are not the caller's."""
        self.changed: Any = None
        """The request that leaves instead of the caller's, where usage is asked for."""

    @guard.guarded
    def retried(self, response: Any) -> None:
        """Take the answer to the caller's own request."""
        self.call.retried(response.status_code)

    @guard.guarded
    def fail(self, error: BaseException) -> None:
        """End the attempt; the error names the caller's own request."""
        self.call.attempt.end(type(error).__qualname__)
        if self.call.body is not None and getattr(error, "_request", None) is not None:
            error.request = self.request  # pyright: ignore[reportAttributeAccessIssue]


class _Patch:
    """One method replaced by a watched one."""

    def __init__(self, owner: Any, around: Any) -> None:
        self._owner = owner
        self._original = owner.send
        self._wrapped = around(self._original)
        owner.send = self._wrapped

    def undone(self) -> bool:
        """Put the original back; False where somebody else's wrapper stands there now."""
        if self._owner.__dict__.get("send") is not self._wrapped:
            return False
        self._owner.send = self._original
        return True
