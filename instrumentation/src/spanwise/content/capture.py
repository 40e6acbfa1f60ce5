"""Says whether content is captured, and hands it on; what reads and cleans it is imported only then."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from spanwise.apis.api import Api
from spanwise.content.kept import Kept
from spanwise.content_config import Content, Redactor
from spanwise.tracer import Attributes, Write

if TYPE_CHECKING:
    from spanwise.content.items import Items
    from spanwise.content.teller import Teller


class _State:
    """What the user asked for."""

    on = False
    teller: "Teller | None" = None


STATE = _State()


def configure(content: Content, redactor: Redactor | None = None) -> None:
    """Capture from now on what is asked for, which may be nothing."""
    STATE.on, STATE.teller = False, None
    if content.on_spans or content.on_events:
        from spanwise.content.teller import Teller

        STATE.teller = Teller(content, redactor)
        STATE.on = True


def begin(span: Any) -> Kept | None:  # noqa: ANN401  a span of the API or of the SDK
    """Begin to keep the answer of a call; None where its span is not recorded."""
    return Kept() if span.is_recording() else None


def may_wait() -> bool:
    """Say whether content may be told later: nobody but who reads the span has to do with it."""
    return STATE.teller is None or STATE.teller.may_wait


def tell(kept: Kept, api: Api, asked: bytes, span: Any, write: Write) -> None:  # noqa: ANN401
    """Tell the content of a call whose span is about to end."""
    if STATE.teller is not None:
        STATE.teller.tell(kept, api, asked, span, write)


def results(kept: Kept | None, api: Api, asked: bytes) -> Mapping[str, Any]:
    """Give the tool results that a request carries, by what names their call."""
    if kept is None or STATE.teller is None:
        return {}
    return STATE.teller.results(kept, api, asked)


def of_call(function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Attributes:
    """Give the attributes of a tool's span for what it is called with."""
    return STATE.teller.of_call(function, args, kwargs) if STATE.teller is not None else {}


def items() -> "Items | None":
    """Give what keeps the items that a generator tool gives."""
    return STATE.teller.items() if STATE.teller is not None else None


def of_tool(arguments: object = None, result: object = None) -> Attributes:
    """Give the attributes of a tool's span for its arguments and its result; None is left out."""
    return STATE.teller.of_tool(arguments, result) if STATE.teller is not None else {}
