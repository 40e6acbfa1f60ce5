"""One request and its response, whatever carries them: what is traced, and what is asked for besides."""

from collections.abc import Callable, Mapping
from typing import Final

from opentelemetry.context import (
    _SUPPRESS_INSTRUMENTATION_KEY as SUPPRESSED,  # pyright: ignore[reportPrivateUsage]
)

from spanwise import context as names_context
from spanwise import guard, layers, retries, target, watch
from spanwise.apis import strangers
from spanwise.attempt import Attempt
from spanwise.attributes import of_request
from spanwise.background import RESPONSES
from spanwise.beside import Beside
from spanwise.conversations import CONVERSATIONS
from spanwise.doubles import Double, told_by
from spanwise.fetch import Fetch
from spanwise.framings import registry as framings
from spanwise.inferred import CALLS
from spanwise.later import LATER
from spanwise.url import Address, Url
from spanwise.watch import Blind, BodyWatch, LateWatch, StreamWatch, Watch, inflater

# A body that is signed, digested, encoded or sent in parts must not be changed any more.
_SEALS: Final = frozenset(
    {
        "content-encoding",
        "content-digest",
        "content-md5",
        "digest",
        "signature",
        "transfer-encoding",
        "x-amz-content-sha256",
    }
)
REFUSALS: Final = frozenset({400, 422})
"""What may be the answer to what we asked for, so that the caller's own body must be tried."""
_INFLATABLE: Final = frozenset({"gzip", "deflate"})


class _Asking:
    """What is known about asking for the usage of streams."""

    wanted = True
    refused: Final[set[tuple[str, int | None]]] = set()


def configure(*, stream_usage: bool) -> None:
    """Say whether the usage of streams is asked for, and forget all that was remembered of earlier calls."""
    LATER.settle()
    _Asking.wanted = stream_usage
    _Asking.refused.clear()
    retries.forget()
    CALLS.forget()
    CONVERSATIONS.forget()
    target.find.cache_clear()
    RESPONSES.forget()


class Exchange:
    """A call in flight: its attempt, and the body that leaves instead of the caller's."""

    __slots__ = ("_host", "attempt", "body")

    def __init__(self, attempt: Attempt, host: tuple[str, int | None], body: bytes | None) -> None:
        self.attempt = attempt
        self._host = host
        self.body = body

    def retried(self, status: int) -> None:
        """Take the answer to the caller's own body: where it is a good one, this host is not asked again."""
        self.body = None
        if status not in REFUSALS:
            _Asking.refused.add(self._host)

    def heard(self, headers: Mapping[str, str]) -> None:
        """Take the headers of the response that the caller gets, before `read` or `watch`."""
        try:
            attempt = self.attempt
            attempt.headers = headers
            fold_headers = getattr(attempt.api, "fold_headers", None)
            if fold_headers is not None:
                fold_headers(headers, attempt.answer)
        except Exception as fault:  # noqa: BLE001  the agent must never see a fault of ours
            guard.report(f"{__name__}.Exchange.heard", fault)

    def read(self, body: bytes, status: int, content_type: str) -> bytes:
        """Take a response that was read as a whole; give the body that the caller shall get."""
        try:
            if status >= 400:  # noqa: PLR2004  the first status that is an error
                self.attempt.end(str(status))
                return body
            framing = framings.by_type(content_type)
            if framing is None and not self.attempt.streams:
                self.attempt.fold_body(body)
                return body
            return watch.read(self.attempt, body, framing, hide=self.body is not None)
        except Exception as fault:  # noqa: BLE001  the agent must never see a fault of ours
            return self.give_up(f"{__name__}.Exchange.read", fault).whole(body)

    def give_up(self, place: str, fault: Exception, encoding: str = "") -> Blind:
        """Report a fault of ours; give what passes the answer on unread, without the usage event that we asked for.

        Where the content encoding stands in the way of that, it `inflates`: then the caller gets plain bytes.
        """
        guard.report(place, fault)
        hide = self.body is not None
        coded = hide and encoding.strip().lower() in _INFLATABLE
        return Blind(self.attempt, hide=hide, inflate=inflater() if coded else None)

    def watch(
        self, status: int, content_type: str, encoding: str, decode: Callable[[bytes], bytes]
    ) -> tuple[Watch | None, bool]:
        """Give the watch for a response still to be read, and whether it takes the content encoding away."""
        try:
            return self._watch(status, content_type, encoding, decode)
        except Exception as fault:  # noqa: BLE001  the agent must never see a fault of ours
            blind = self.give_up(f"{__name__}.Exchange.watch", fault, encoding)
            return blind, blind.inflates

    def _watch(
        self, status: int, content_type: str, encoding: str, decode: Callable[[bytes], bytes]
    ) -> tuple[Watch | None, bool]:
        if status >= 400:  # noqa: PLR2004  the caller may never read the body of an error
            self.attempt.end(str(status))
            return None, False
        framing, hide = framings.by_type(content_type), self.body is not None
        if framing is not None and (not encoding or encoding in _INFLATABLE):
            watched = StreamWatch(self.attempt, framing, hide=hide, decode=decode if encoding else None)
            return watched, hide and bool(encoding)
        if framing is None and self.attempt.streams and not encoding:
            return LateWatch(self.attempt, decode, hide=hide), False
        return BodyWatch(self.attempt, decode, framing), False


def begin(method: str, url: Url, headers: Mapping[str, str], body: bytes | None) -> Exchange | None:
    """Begin an attempt.

    None for a request that calls no known API, or a stranger's service under the path of one, is made under
    `suppress_instrumentation`, or is traced by another.
    `headers` lists names in lower case and finds them in any; `body` is None where reading would use it up.
    """
    address = url if isinstance(url, Address) else Address(url.scheme, url.host, url.port, url.path)
    aim = target.find(address) if method == "POST" else None
    if aim is None:
        return _fetched(method, address)
    api = aim.api
    asked = api.read_request(address.path, body or b"")
    around = names_context.current()
    theirs = not (aim.known or body is None or strangers.calls(address.path, asked, body))
    if theirs or (around and around.get(SUPPRESSED)):
        return None
    span = names_context.span_in(around) if around else None
    other = told_by(span, around) if around or layers.any_loaded() else None
    if other is Double.OURS:
        return None
    asking = None
    if asked.stream and body is not None and _may_ask(aim.host, headers):
        asking = api.ask_for_usage(body)
    if other is not None and asking is None:
        return None  # what the other one does not learn, ours would not either
    attributes = of_request(aim, asked, around)
    if other is Double.CURRENT and span is not None:
        return Exchange(Beside(api, asked, body or b"", attributes, around, span), aim.host, asking)
    resends = headers.get("x-stainless-retry-count", "0")
    resent = int(resends) if resends != "0" and resends.isdecimal() and resends.isascii() else 0
    return Exchange(Attempt(api, asked, body or b"", attributes, around, resent), aim.host, asking)


def _fetched(method: str, url: Address) -> Exchange | None:
    awaited = RESPONSES.asked_for(method, url.path)
    around = names_context.current()
    if awaited is None or around.get(SUPPRESSED):
        return None
    return Exchange(Fetch(*awaited, url, around), (url.host, url.port), None)


def _may_ask(host: tuple[str, int | None], headers: Mapping[str, str]) -> bool:
    if not _Asking.wanted or host in _Asking.refused:
        return False
    return _SEALS.isdisjoint(headers) and not headers.get("authorization", "").startswith("AWS4-")
