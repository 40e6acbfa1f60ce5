"""Sees what leaves through urllib3, and so through requests (smolagents, dashscope) and botocore (Bedrock)."""

# ruff: noqa: ANN401  urllib3 is no dependency
#
# The place is `HTTPConnectionPool._make_request`: requests and botocore have no other way out, one call of it is one
# attempt (urllib3 repeats above it, requests and botocore above that), and signing is done by then. urllib3-future
# (niquests), which may stand in the place of urllib3, has the same method. In urllib3 1 it gives what `http.client`
# gives, of which the response is made later.

import io
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit

from opentelemetry.context import Context

from spanwise import context as names_context
from spanwise import exchange, guard
from spanwise.background import may_call
from spanwise.exchange import REFUSALS, Exchange
from spanwise.propagation import carry, wanted
from spanwise.transports.library import Library, Seam, too_old
from spanwise.transports.urllib3_responses import watched_class
from spanwise.url import Address
from spanwise.watch import Watch

_REDIRECTS = range(300, 400)


class _Flight:
    """One attempt that is traced: what urllib3 passed, and what is passed on."""

    __slots__ = ("asked", "call", "context", "kwargs", "own")

    def __init__(self, call: Exchange, context: Context, kwargs: dict[str, Any]) -> None:
        self.call = call
        self.context = context
        self.kwargs = self.own = kwargs
        """What is passed on; `own` asks for nothing that the caller has not asked for."""
        self.asked = False

    @guard.guarded
    def retried(self, response: Any) -> None:
        """Take the answer to the caller's own request."""
        self.call.retried(response.status)

    @guard.guarded
    def ride(self, answer: Any) -> None:
        """Go with the answer of `http.client` until the response is made of it."""
        answer._spanwise_flight = self  # noqa: SLF001

    @guard.guarded
    def fail(self, error: BaseException) -> None:
        """End the attempt."""
        self.call.attempt.end(type(error).__qualname__)


def _seams(urllib3: Any) -> list[Seam]:
    if not hasattr(urllib3, "BaseHTTPResponse"):
        response = urllib3.response.HTTPResponse
        if not hasattr(response, "_fp_read"):
            return too_old("urllib3", urllib3.__version__, "1.26.11")
        pool = urllib3.connectionpool.HTTPConnectionPool
        return [Seam(pool, "_make_request", _first_attempt), Seam(response, "__init__", _first_response)]
    # urllib3-future may have given the connection away before a refusal is seen, so there nothing is asked for.
    own = urllib3.BaseHTTPResponse is not urllib3.HTTPResponse
    return [Seam(urllib3.connectionpool.HTTPConnectionPool, "_make_request", partial(_attempt, asks=own))]


def _attempt(wrapped: Any, pool: Any, args: tuple[Any, ...], kwargs: dict[str, Any], *, asks: bool) -> Any:
    flight = _begin(pool, args, kwargs, asks=asks)
    if flight is None:
        return wrapped(*args, **kwargs)
    token = names_context.attach(flight.context)
    try:
        response = wrapped(*args, **flight.kwargs)
        if flight.asked and response.status in REFUSALS:
            response.drain_conn()
            response = wrapped(*args, **flight.own)
            flight.retried(response)
        elif flight.asked:
            response._connection = kwargs.get("response_conn")  # noqa: SLF001  as `_make_request` sets it itself
    except BaseException as error:
        flight.fail(error)
        raise
    finally:
        names_context.detach(token)
    _arrived(flight, response)
    return response


@guard.guarded
def _begin(pool: Any, args: tuple[Any, ...], kwargs: dict[str, Any], *, asks: bool) -> _Flight | None:
    if len(args) < 2 or not may_call(args[1]) or kwargs.get("multiplexed"):  # noqa: PLR2004  that is only promised
        return None
    sent: Mapping[str, str | bytes] = kwargs.get("headers") or {}
    headers = {
        name.lower(): value if isinstance(value, str) else value.decode("latin-1") for name, value in sent.items()
    }
    if kwargs.get("chunked"):
        headers.setdefault("transfer-encoding", "chunked")
    url = _url(pool, args[2])
    call = exchange.begin(args[1], url, headers, _bytes(kwargs.get("body")))
    if call is None:
        return None
    try:
        flight = _Flight(call, call.attempt.context(), kwargs)
        if wanted():
            _carry(flight, url)
        if not asks:
            call.body = None
        elif call.body is not None:
            _ask(flight, call.body)
    except Exception:
        call.attempt.end()  # nobody else knows of it
        raise
    return flight


def _carry(flight: _Flight, url: Address) -> None:
    given: Any = flight.own.get("headers")
    headers: Any = {} if given is None else given.copy()
    if carry(flight.context, url, headers):
        flight.kwargs = flight.own = {**flight.own, "headers": headers}


def _url(pool: Any, target: str) -> Address:
    if not target.startswith("/"):  # a proxy is told the whole address
        told = urlsplit(target)
        return Address(told.scheme, told.hostname or "", told.port, unquote(told.path))
    return Address(pool.scheme, pool.host.strip("[]"), pool.port, unquote(target.partition("?")[0]))


def _bytes(body: Any) -> bytes | None:
    """Give a body that can be read without using it up."""
    if isinstance(body, str):
        return body.encode()
    return bytes(body) if isinstance(body, bytes | bytearray) else None


@guard.guarded
def _ask(flight: _Flight, body: bytes) -> None:
    """Let a copy leave that asks for usage, and for plain bytes, so that the usage event is found as it passes.

    The response gets its connection later: where it is refused, the connection is still ours to ask again.
    """
    headers = flight.kwargs["headers"].copy()
    headers["Content-Length"] = str(len(body))
    headers["Accept-Encoding"] = "identity"
    flight.kwargs = {**flight.kwargs, "body": body, "headers": headers, "response_conn": None}
    flight.asked = True


def _first_attempt(wrapped: Any, pool: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Make an attempt of urllib3 1; nothing is asked for: its responses have no buffer that could hide the answer."""
    flight = _begin(pool, args, kwargs, asks=False)
    if flight is None:
        return wrapped(*args, **kwargs)
    token = names_context.attach(flight.context)
    try:
        answer = wrapped(*args, **flight.kwargs)
    except BaseException as error:
        flight.fail(error)
        raise
    finally:
        names_context.detach(token)
    flight.ride(answer)
    return answer


def _first_response(wrapped: Any, response: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    answer: Any = kwargs.get("original_response")
    flight: _Flight | None = getattr(answer, "_spanwise_flight", None)
    if flight is None:
        return wrapped(*args, **kwargs)
    del answer._spanwise_flight  # noqa: SLF001
    flight.kwargs = kwargs
    try:
        wrapped(*args, **kwargs)
    except BaseException as error:
        flight.fail(error)
        raise
    return _arrived(flight, response)


def _arrived(flight: _Flight, response: Any) -> None:
    try:
        _watch_answer(flight, response)
    except Exception as fault:  # noqa: BLE001  the agent must never see a fault of ours
        blind = flight.call.give_up(f"{__name__}._arrived", fault, response.headers.get("content-encoding", ""))
        if _is_read(flight, response):
            blind.leave()
            return
        _put(response, blind, hides=flight.call.body is not None, plain=blind.inflates)


def _is_read(flight: _Flight, response: Any) -> bool:
    """Say whether the body has been read already, by urllib3 itself."""
    return flight.kwargs.get("preload_content", True) or not hasattr(response, "_fp_read")


def _put(response: Any, watch: Watch, *, hides: bool, plain: bool) -> None:
    """Put a watch on a response, whose content encoding it takes away where the caller gets `plain` bytes."""
    watched = watched_class(response.__class__, hides=hides)
    if plain:
        del response.headers["content-encoding"]
    response._spanwise_watch = watch  # noqa: SLF001  found by the class that it gets
    response.__class__ = watched


def _watch_answer(flight: _Flight, response: Any) -> None:
    call, status = flight.call, response.status
    call.heard(response.headers)
    if status in _REDIRECTS:
        call.attempt.end(str(status))
        return
    content_type = response.headers.get("content-type", "")
    if _is_read(flight, response):
        body = response.data or b""
        visible = call.read(body, status, content_type)
        if visible != body:
            response._body = visible  # noqa: SLF001  there is no public way to set a body that was read
        return
    encoding = response.headers.get("content-encoding", "").strip().lower().removeprefix("identity")
    plain_class: Any = response.__class__

    def decode(raw: bytes) -> bytes:
        if not encoding:
            return raw
        return plain_class(io.BytesIO(raw), headers={"content-encoding": encoding}).data

    watch, plain = call.watch(status, content_type, encoding, decode)
    if watch is not None:
        _put(response, watch, hides=call.body is not None, plain=plain)


TRANSPORT = Library("urllib3", _seams)
FUTURE = Library("urllib3_future", _seams)
