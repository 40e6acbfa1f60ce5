"""From Alertmanager's receivers that are somebody's service to ways of ours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from spanwise_alerts.adopt.chats import (
    ChatDefaults,
    Chats,
    HookConfig,
    OpsgenieConfig,
    PagerdutyConfig,
    SlackConfig,
    TelegramConfig,
)
from spanwise_alerts.faults import Fault
from spanwise_alerts.secret import Secret

Way = dict[str, Any]
_ONE: Final = "goes not with `{file}`: one of them is enough"


def chat_ways(chats: Chats, defaults: ChatDefaults, at: Fault, faults: list[Fault]) -> Iterator[tuple[str, list[Way]]]:
    """Go through the kinds of ways that a receiver has: the name of each, and its ways.

    Args:
        chats: of the receiver.
        defaults: of `global`.
        at: the receiver.
        faults: what is missing is added to it.
    """
    made: dict[str, tuple[str, list[Way]]] = {
        "slack_configs": ("slack", [_slack(config, defaults) for config in chats.slack_configs]),
        "msteamsv2_configs": ("teams", [_hook(config) for config in chats.msteamsv2_configs]),
        "discord_configs": ("discord", [_hook(config) for config in chats.discord_configs]),
        "pagerduty_configs": ("pagerduty", [_pagerduty(config, defaults) for config in chats.pagerduty_configs]),
        "opsgenie_configs": ("opsgenie", [_opsgenie(config, defaults) for config in chats.opsgenie_configs]),
        "telegram_configs": ("telegram", [_telegram(config, defaults) for config in chats.telegram_configs]),
    }
    for key, (kind, ways) in made.items():
        for place, way in enumerate(ways):
            faults += [
                Fault(at.file, f"{at.path}.{key}[{place}].{found.path}", found.message) for found in _faults(kind, way)
            ]
        if ways:
            yield kind, ways


_NEEDED: Final = {
    "slack": ("url", "api_url"), "teams": ("url", "webhook_url"), "discord": ("url", "webhook_url"),
    "pagerduty": ("routing_key", "routing_key"), "opsgenie": ("api_key", "api_key"),
    "telegram": ("bot_token", "bot_token"),
}  # fmt: skip


def _faults(kind: str, way: Way) -> Iterator[Fault]:
    ours, theirs = _NEEDED[kind]
    text, file = way.get(ours), way.get(f"{ours}_file")
    if text and file:
        yield Fault("", theirs, _ONE.format(file=f"{theirs}_file"))
    if not text and not file:
        yield Fault("", theirs, f"missing; expected it, or `{theirs}_file`")


def _slack(config: SlackConfig, defaults: ChatDefaults) -> Way:
    own = config.api_url or config.api_url_file
    url, file = (config.api_url, config.api_url_file) if own else (defaults.slack_api_url, defaults.slack_api_url_file)
    return _way(config.send_resolved, url=url, url_file=file, channel=config.channel, allow_private=True)


def _hook(config: HookConfig) -> Way:
    return _way(config.send_resolved, url=config.webhook_url, url_file=config.webhook_url_file, allow_private=True)


def _pagerduty(config: PagerdutyConfig, defaults: ChatDefaults) -> Way:
    url = config.url or defaults.pagerduty_url
    return _way(
        config.send_resolved,
        routing_key=config.routing_key,
        routing_key_file=config.routing_key_file,
        **_at("url", url),
    )


def _opsgenie(config: OpsgenieConfig, defaults: ChatDefaults) -> Way:
    own = config.api_key or config.api_key_file
    key, file = (
        (config.api_key, config.api_key_file) if own else (defaults.opsgenie_api_key, defaults.opsgenie_api_key_file)
    )
    responders = [responder.model_dump(exclude_none=True) for responder in config.responders]
    url = config.api_url or defaults.opsgenie_api_url
    return _way(config.send_resolved, api_key=key, api_key_file=file, responders=responders, **_at("api_url", url))


def _telegram(config: TelegramConfig, defaults: ChatDefaults) -> Way:
    own = config.bot_token or config.bot_token_file
    token, file = (
        (config.bot_token, config.bot_token_file)
        if own
        else (defaults.telegram_bot_token, defaults.telegram_bot_token_file)
    )
    return _way(
        config.send_resolved, bot_token=token, bot_token_file=file, chat_id=config.chat_id,
        message_thread_id=config.message_thread_id, disable_notifications=config.disable_notifications,
        **_at("api_url", config.api_url or defaults.telegram_api_url),
    )  # fmt: skip


def _at(key: str, url: str | None) -> Way:
    # Alertmanager calls whatever it is told to
    return {key: url, "allow_private": True} if url else {}


def _way(send_resolved: bool, **said: Secret | Path | str | int | Sequence[Any] | None) -> Way:  # noqa: FBT001  a key of theirs
    kept = {key: str(value) if isinstance(value, Path) else value for key, value in said.items() if value}
    return kept if send_resolved else {**kept, "send_resolved": False}
