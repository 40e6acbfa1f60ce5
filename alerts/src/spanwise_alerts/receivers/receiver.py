"""Someone to tell, by whatever ways."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, WrapValidator, model_validator

from spanwise_alerts.receivers.email import Email
from spanwise_alerts.receivers.way import Way, one_or_several
from spanwise_alerts.receivers.webhook import Webhook
from spanwise_alerts.rule import Section

_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_KINDS: Final = ("webhook", "email")


def _receiver_name(raw: str) -> str:
    if not _NAME.fullmatch(raw):
        raise ValueError(f"got {raw!r}, expected up to 100 letters, digits and _ . -, such as team")
    return raw


ReceiverName = Annotated[str, AfterValidator(_receiver_name)]


class Receiver(Section):
    """Someone to tell, by one way or by several; of each kind of way there may be a list."""

    name: ReceiverName = Field(description="no two have the same", examples=["team"])
    nobody: bool = Field(default=False, description="on purpose nobody is told (default false)")
    webhook: Annotated[list[Webhook], WrapValidator(one_or_several(Webhook))] = Field(
        default_factory=list[Webhook], description="where to POST JSON"
    )
    email: Annotated[list[Email], WrapValidator(one_or_several(Email))] = Field(
        default_factory=list[Email], description="which server to hand mail to, and for whom"
    )

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if any(True for _ in self.ways()) == self.nobody:
            raise ValueError("expected a way to reach it, such as `webhook` or `email`, or else `nobody: true`")
        return self

    def ways(self) -> Iterator[tuple[str, str, Way]]:
        """Go through its channels: the name of each, whom it leads to, and what is set for it."""
        for kind in _KINDS:
            ways: list[Way] = getattr(self, kind)
            for place, way in enumerate(ways, 1):
                for end in way.ends:
                    parts = (self.name, kind, str(place) if place > 1 else "", end)
                    yield "/".join(part for part in parts if part), end, way

    @property
    def channels(self) -> dict[str, bool]:
        """The names of its channels, such as `team/webhook`; with whether they are told of ends."""
        return {name: way.send_resolved for name, _, way in self.ways()}
