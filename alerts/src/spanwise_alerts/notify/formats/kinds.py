"""Which format goes with which way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from spanwise_alerts.notify.chat import Format
from spanwise_alerts.notify.formats.dingtalk import DingtalkFormat
from spanwise_alerts.notify.formats.discord import DiscordFormat
from spanwise_alerts.notify.formats.feishu import FeishuFormat
from spanwise_alerts.notify.formats.opsgenie import OpsgenieFormat
from spanwise_alerts.notify.formats.pagerduty import PagerdutyFormat
from spanwise_alerts.notify.formats.slack import SlackFormat
from spanwise_alerts.notify.formats.teams import TeamsFormat
from spanwise_alerts.notify.formats.telegram import TelegramFormat
from spanwise_alerts.notify.formats.wecom import WecomFormat
from spanwise_alerts.receivers.dingtalk import Dingtalk
from spanwise_alerts.receivers.discord import Discord
from spanwise_alerts.receivers.feishu import Feishu
from spanwise_alerts.receivers.opsgenie import Opsgenie
from spanwise_alerts.receivers.pagerduty import Pagerduty
from spanwise_alerts.receivers.posted import Posted
from spanwise_alerts.receivers.slack import Slack
from spanwise_alerts.receivers.teams import Teams
from spanwise_alerts.receivers.telegram import Telegram
from spanwise_alerts.receivers.wecom import Wecom

FORMATS: Final[dict[type[Posted], Callable[[Any, str], Format]]] = {
    Slack: SlackFormat, Teams: TeamsFormat, Discord: DiscordFormat, Pagerduty: PagerdutyFormat,
    Opsgenie: OpsgenieFormat, Telegram: TelegramFormat, Feishu: FeishuFormat, Dingtalk: DingtalkFormat,
    Wecom: WecomFormat,
}  # fmt: skip
"""By way; each is made of what is set for it, and of where this alert manager is reached."""
