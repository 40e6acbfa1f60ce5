"""What the API asks of whoever decides who is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from spanwise_alerts.alert import GroupView, Posted, Standing
from spanwise_alerts.attend import Target
from spanwise_alerts.people.act import Act
from spanwise_alerts.people.attention import Attention
from spanwise_alerts.silence import Silence, SilenceDraft


class Desk(Protocol):
    """The dispatcher, as the API sees it."""

    def alerts(self) -> Iterable[Standing]:
        """Go through all that is not resolved."""
        ...

    def groups(self) -> Sequence[GroupView]:
        """Return what is told together."""
        ...

    async def push(self, posted: Sequence[Posted], now_s: float) -> None:
        """Take alerts of others."""
        ...

    def silences(self) -> Iterable[Silence]:
        """Return all silences that are kept."""
        ...

    async def silence(self, draft: SilenceDraft, now_s: float) -> str:
        """Make or edit a silence; return its id."""
        ...

    async def expire(self, silence_id: str, now_s: float) -> None:
        """End a silence."""
        ...

    def attention(self) -> Mapping[str, Attention]:
        """Return what people did about alerts that fire."""
        ...

    async def act(self, target: Target, act: Act, now_s: float) -> list[str]:
        """Do something about alerts; return their fingerprints."""
        ...
