"""Says whether content is captured, and tells it when the span of a call ends."""

from typing import Any

from spanwise.apis.api import Api
from spanwise.content.kept import Kept
from spanwise.tracer import Write


class _State:
    """What the user asked for."""

    on = False


STATE = _State()


def begin(span: Any) -> Kept | None:  # noqa: ANN401  a span of the API or of the SDK
    """Begin to keep the answer of a call; None where its span is not recorded."""
    return Kept() if span.is_recording() else None


def tell(kept: Kept, api: Api, asked: bytes, span: Any, write: Write) -> None:  # noqa: ANN401
    """Tell the content of a call whose span is about to end."""
    del kept, api, asked, span, write
