"""Someone to tell, by whatever ways."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, WrapValidator, model_validator

from spanwise_alerts.receivers.dingtalk import Dingtalk
from spanwise_alerts.receivers.discord import Discord
from spanwise_alerts.receivers.email import Email
from spanwise_alerts.receivers.feishu import Feishu
from spanwise_alerts.receivers.opsgenie import Opsgenie
from spanwise_alerts.receivers.pagerduty import Pagerduty
from spanwise_alerts.receivers.slack import Slack
from spanwise_alerts.receivers.teams import Teams
from spanwise_alerts.receivers.telegram import Telegram
from spanwise_alerts.receivers.way import Way, one_or_several
from spanwise_alerts.receivers.webhook import Webhook
from spanwise_alerts.receivers.wecom import Wecom
from spanwise_alerts.rule import Section

_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_KINDS: Final = (
    "webhook", "email", "slack", "teams", "discord", "pagerduty", "opsgenie", "telegram", "feishu", "dingtalk", "wecom",
)  # fmt: skip


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
    slack: Annotated[list[Slack], WrapValidator(one_or_several(Slack))] = Field(
        default_factory=list[Slack], description="incoming webhooks of Slack"
    )
    teams: Annotated[list[Teams], WrapValidator(one_or_several(Teams))] = Field(
        default_factory=list[Teams], description="workflows of Microsoft Teams"
    )
    discord: Annotated[list[Discord], WrapValidator(one_or_several(Discord))] = Field(
        default_factory=list[Discord], description="webhooks of Discord"
    )
    pagerduty: Annotated[list[Pagerduty], WrapValidator(one_or_several(Pagerduty))] = Field(
        default_factory=list[Pagerduty], description="integrations of PagerDuty"
    )
    opsgenie: Annotated[list[Opsgenie], WrapValidator(one_or_several(Opsgenie))] = Field(
        default_factory=list[Opsgenie], description="integrations of Opsgenie"
    )
    telegram: Annotated[list[Telegram], WrapValidator(one_or_several(Telegram))] = Field(
        default_factory=list[Telegram], description="bots of Telegram"
    )
    feishu: Annotated[list[Feishu], WrapValidator(one_or_several(Feishu))] = Field(
        default_factory=list[Feishu], description="custom bots of Feishu (Lark)"
    )
    dingtalk: Annotated[list[Dingtalk], WrapValidator(one_or_several(Dingtalk))] = Field(
        default_factory=list[Dingtalk], description="custom robots of DingTalk"
    )
    wecom: Annotated[list[Wecom], WrapValidator(one_or_several(Wecom))] = Field(
        default_factory=list[Wecom], description="group robots of WeCom"
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

    @property
    def pagers(self) -> frozenset[str]:
        """Those of its channels that keep an incident for each group."""
        return frozenset(name for name, _, way in self.ways() if way.pages)
