"""Alertmanager's configuration as we can honour it; each key that we cannot is refused by its path."""

from __future__ import annotations

from email.utils import getaddresses, parseaddr
from pathlib import Path
from typing import Annotated, Any, Final, Self, cast

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from spanwise_alerts.adopt.chats import ChatDefaults, Chats
from spanwise_alerts.adopt.duration import Duration
from spanwise_alerts.adopt.http_config import HttpConfig
from spanwise_alerts.adopt.refusing import Refusing
from spanwise_alerts.matchers import Matcher, parse_matchers
from spanwise_alerts.receivers.address import Address
from spanwise_alerts.rule import Section, refuse
from spanwise_alerts.secret import SecretText, SecretUrl

_OTHER_KINDS: Final = ("wechat_", "victorops_", "webex_", "rocketchat_", "jira_", "mattermost_")
_SMARTHOST: Final = "got {raw!r}, expected HOST:PORT such as smtp.example.com:587"


def _smarthost(raw: str) -> str:
    host, _, port = raw.rpartition(":")
    if raw and (not host or not port.isdigit()):
        raise ValueError(_SMARTHOST.format(raw=raw))
    return raw


def _matcher_texts(texts: list[str]) -> list[str]:
    found: list[tuple[tuple[str | int, ...], str]] = []
    for place, text in enumerate(texts):
        try:
            parse_matchers(text)
        except ValueError as error:
            found.append(((place,), str(error)))
    refuse(found)
    return texts


def _patterns(by_label: dict[str, str]) -> dict[str, str]:
    found: list[tuple[tuple[str | int, ...], str]] = []
    for name, value in by_label.items():
        try:
            Matcher(name, value, is_regex=True)
        except ValueError as error:
            found.append(((name,), str(error)))
    refuse(found)
    return by_label


Patterns = Annotated[dict[str, str], AfterValidator(_patterns)]
Smarthost = Annotated[str, AfterValidator(_smarthost)]
MatcherTexts = Annotated[list[str], AfterValidator(_matcher_texts)]


class WebhookConfig(Refusing):
    """One of `webhook_configs`."""

    url: SecretUrl
    send_resolved: bool = True
    timeout: Duration | None = None
    http_config: HttpConfig | None = None

    @classmethod
    def _anyway(cls) -> dict[str, tuple[Any, ...]]:
        return {"max_alerts": (0,), "url_file": ()}


class EmailConfig(Refusing):
    """One of `email_configs`; what it does not say, `global` says."""

    to: list[Address]
    sender: str | None = Field(default=None, alias="from")
    smarthost: Smarthost | None = None
    auth_username: str | None = None
    auth_password: SecretText | None = None
    auth_password_file: Path | None = None
    require_tls: bool | None = None
    send_resolved: bool = False

    @classmethod
    def _anyway(cls) -> dict[str, tuple[Any, ...]]:
        refused = ("headers", "html", "text", "auth_secret", "auth_identity", "tls_config")
        return {**dict.fromkeys(refused, ({}, "")), "hello": ("localhost",)}

    @field_validator("to", mode="before")
    @classmethod
    def _listed(cls, raw: object) -> list[str]:
        if not isinstance(raw, str):
            raise ValueError(f"got {raw!r}, expected addresses such as oncall@example.com")  # noqa: TRY004
        if "{{" in raw:
            raise ValueError(f"got {raw!r}, expected addresses: templates cannot be honoured here")
        return [address or name for name, address in getaddresses([raw])]

    @field_validator("sender")
    @classmethod
    def _bare(cls, raw: str | None) -> str | None:
        return bare_address(raw)


def bare_address(raw: str | None) -> str | None:
    """Return the address of `Name <address>`."""
    return raw if raw is None else parseaddr(raw)[1] or raw


class Receiver(Chats):
    """One of `receivers`; of other kinds than these none is there."""

    name: str
    webhook_configs: list[WebhookConfig] = Field(default_factory=list[WebhookConfig])
    email_configs: list[EmailConfig] = Field(default_factory=list[EmailConfig])


class Global(ChatDefaults):
    """Defaults; those of receivers of other kinds say nothing here."""

    resolve_timeout: Duration = 300.0
    smtp_from: str | None = None
    smtp_smarthost: Smarthost | None = None
    smtp_auth_username: str | None = None
    smtp_auth_password: SecretText | None = None
    smtp_auth_password_file: Path | None = None
    smtp_require_tls: bool = True
    http_config: HttpConfig | None = None

    @classmethod
    def _anyway(cls) -> dict[str, tuple[Any, ...]]:
        refused = ("smtp_auth_secret", "smtp_auth_identity", "smtp_tls_config")
        return {**super()._anyway(), **dict.fromkeys(refused, ({}, "")), "smtp_hello": ("localhost",)}

    @field_validator("smtp_from")
    @classmethod
    def _bare(cls, raw: str | None) -> str | None:
        return bare_address(raw)


class Route(Section):
    """A node of the routing tree."""

    receiver: str | None = None
    group_by: list[str] | None = None
    group_wait: Duration | None = None
    group_interval: Duration | None = None
    repeat_interval: Duration | None = None
    matchers: MatcherTexts = Field(default_factory=list[str])
    match: dict[str, str] = Field(default_factory=dict[str, str])
    match_re: Patterns = Field(default_factory=dict[str, str])
    continue_: bool = Field(default=False, alias="continue")
    mute_time_intervals: list[str] = Field(default_factory=list[str])
    active_time_intervals: list[str] = Field(default_factory=list[str])
    routes: list[Route] = Field(default_factory=list)

    def written(self) -> list[str]:
        """Return all its matchers in the newer form."""
        return [*_old(self.match, self.match_re), *self.matchers]


class InhibitRule(Section):
    """One of `inhibit_rules`."""

    name: str = ""
    source_match: dict[str, str] = Field(default_factory=dict[str, str])
    source_match_re: Patterns = Field(default_factory=dict[str, str])
    source_matchers: MatcherTexts = Field(default_factory=list[str])
    target_match: dict[str, str] = Field(default_factory=dict[str, str])
    target_match_re: Patterns = Field(default_factory=dict[str, str])
    target_matchers: MatcherTexts = Field(default_factory=list[str])
    equal: list[str] = Field(default_factory=list[str])

    def source(self) -> list[str]:
        """Return the source's matchers in the newer form."""
        return [*_old(self.source_match, self.source_match_re), *self.source_matchers]

    def target(self) -> list[str]:
        """Return the target's matchers in the newer form."""
        return [*_old(self.target_match, self.target_match_re), *self.target_matchers]


def _of_our_kinds(given: object) -> object:
    if not isinstance(given, dict):
        return given
    known = cast("dict[object, object]", given)
    return {key: value for key, value in known.items() if not str(key).startswith(_OTHER_KINDS)}


class AlertmanagerConfig(Refusing):
    """An alertmanager.yml; time intervals are ours as they stand."""

    global_: Annotated[Global, BeforeValidator(_of_our_kinds)] = Field(default_factory=Global, alias="global")
    route: Route
    receivers: list[Receiver]
    inhibit_rules: list[InhibitRule] = Field(default_factory=list[InhibitRule])
    time_intervals: list[Any] = Field(default_factory=list[Any])
    mute_time_intervals: list[Any] = Field(default_factory=list[Any])

    @classmethod
    def _anyway(cls) -> dict[str, tuple[Any, ...]]:
        return {"templates": ([],), "tracing": ()}

    @field_validator("route")
    @classmethod
    def _rooted(cls, route: Route) -> Route:
        faults: list[tuple[tuple[str | int, ...], str]] = []
        if not route.receiver:
            faults.append((("receiver",), "missing; the root route needs one"))
        refuse(faults)
        return route

    @model_validator(mode="after")
    def _named(self) -> Self:
        names = [receiver.name for receiver in self.receivers]
        refuse([
            (("receivers", place, "name"), f"got {name!r}, expected a name that no other receiver has")
            for place, name in enumerate(names) if name in names[:place]
        ])  # fmt: skip
        return self


def _old(match: dict[str, str], match_re: dict[str, str]) -> list[str]:
    equal = [str(Matcher(name, value)) for name, value in match.items()]
    return [*equal, *(str(Matcher(name, value, is_regex=True)) for name, value in match_re.items())]
