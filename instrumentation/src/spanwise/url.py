"""The address of a request, as far as a span needs it."""

from typing import Protocol


class Url(Protocol):
    """The address of a request; `path` has no query."""

    @property
    def scheme(self) -> str: ...  # noqa: D102  named by its type
    @property
    def host(self) -> str: ...  # noqa: D102
    @property
    def port(self) -> int | None: ...  # noqa: D102
    @property
    def path(self) -> str: ...  # noqa: D102
