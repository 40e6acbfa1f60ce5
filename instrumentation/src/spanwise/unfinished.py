"""What is still under way when the program ends: its spans end, told as far as they came."""

import atexit
from typing import Protocol

from spanwise import guard


class Endable(Protocol):
    """Something with a span that has not ended."""

    def end(self, error_type: str | None = None) -> None:
        """End the span with what is known by now."""
        ...


UNDER_WAY: set[Endable] = set()


def end_at_exit() -> None:
    """Call when the provider is known: what is registered last runs first, so this comes before its shutdown."""
    atexit.unregister(_end_all)
    atexit.register(_end_all)


@guard.guarded
def _end_all() -> None:
    for one in tuple(UNDER_WAY):
        one.end()
