"""The address of a request, as far as a span needs it."""

from typing import NamedTuple, Protocol


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


class Address(NamedTuple):
    """An address taken apart: clients work out each part anew whenever it is asked for."""

    scheme: str
    host: str
    port: int | None
    path: str
