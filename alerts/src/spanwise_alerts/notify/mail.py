"""Tell by mail: one message for each recipient, text and HTML, threaded by firing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.header import Header
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UniqueUnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy, Policy
from email.utils import format_datetime
from functools import cache
from typing import Final

import aiosmtplib
from jinja2 import PackageLoader
from jinja2.sandbox import SandboxedEnvironment

from spanwise_alerts.alert import Letter, Message, Outcome
from spanwise_alerts.quantity import human_duration
from spanwise_alerts.receivers.email import Email

_PERMANENT: Final = 500
_COLOUR: Final = {"info": "#2563eb", "warning": "#d97706", "critical": "#dc2626"}
_RESOLVED: Final = "#16a34a"
_SUBJECT_CHARS: Final = 200


class _Subject(UniqueUnstructuredHeader, BaseHeader):  # pyright: ignore[reportIncompatibleVariableOverride] - of max_count
    def fold(self, *, policy: Policy) -> str:
        """Fold so that what is read back is the same; the folding of EmailPolicy adds spaces here and there."""
        value = Header(str(self), header_name=self.name).encode(linesep=policy.linesep)
        return f"{self.name}: {value}{policy.linesep}"


_HEADERS: Final = HeaderRegistry()
_HEADERS.map_to_type("subject", _Subject)
_POLICY: Final = EmailPolicy(header_factory=_HEADERS)


class MailChannel:
    """One recipient: a refusal of one address neither stops nor repeats the mail to another."""

    def __init__(self, name: str, to: str, config: Email, now: Callable[[], float]) -> None:
        self.name = name
        self._to = to
        self._config = config
        self._now = now

    async def send(self, letter: Letter) -> Outcome:
        """Hand the message to the server once: a 5xx about it is dead, all else (log-in too) may pass."""
        config = self._config
        try:
            password = config.password()
            await aiosmtplib.send(
                message_of(letter, config.sender, config.to, self._now()),
                sender=config.sender,
                recipients=[self._to],
                hostname=config.host,
                port=config.smtp_port,
                username=config.username if password else None,
                password=password.text if password else None,
                use_tls=config.tls == "tls",
                start_tls=config.tls == "starttls",
                timeout=config.timeout_s,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            refused = error.recipients[0]
            return _refused(refused.code, refused.message)
        except (aiosmtplib.SMTPAuthenticationError, aiosmtplib.SMTPHeloError) as error:
            return Outcome("retry", f"{type(error).__name__}: {error.code}")
        except aiosmtplib.SMTPResponseException as error:
            return _refused(error.code, error.message)
        except (aiosmtplib.SMTPException, OSError) as error:
            return Outcome("retry", f"{type(error).__name__}: {error}")
        return Outcome("delivered")

    async def close(self) -> None:
        """Nothing is held between messages."""


def message_of(letter: Letter, sender: str, to: Sequence[str], now_s: float) -> EmailMessage:
    """Write the message; its Message-ID is the idempotency key, the first one of its thread is referenced."""
    told = letter.message
    domain = sender.rpartition("@")[2]
    message = EmailMessage(policy=_POLICY)
    message["Subject"] = subject_of(told)
    message["From"] = Address("Spanwise", addr_spec=sender)
    message["To"] = ", ".join(to)
    message["Date"] = format_datetime(datetime.fromtimestamp(now_s, UTC))
    message["Message-ID"] = f"<{letter.key}@{domain}>"
    if letter.key != letter.first_key:
        message["In-Reply-To"] = message["References"] = f"<{letter.first_key}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    names = {
        "message": told,
        "colours": [_RESOLVED if notice.ends_at_s else _COLOUR[notice.tier] for notice in told.notices],
        "colour": _COLOUR[told.tier] if told.status == "firing" else _RESOLVED,
        "heading": _mark(told),
    }
    message.set_content(_templates().get_template("mail.txt.j2").render(names))
    message.add_alternative(_templates().get_template("mail.html.j2").render(names), subtype="html")
    return message


def subject_of(message: Message) -> str:
    """Write the subject: one line, whatever the labels hold."""
    text = "".join(char if char.isprintable() else " " for char in f"[{_mark(message)}] {message.summary}")
    return " ".join(text.split())[:_SUBJECT_CHARS]


def _mark(message: Message) -> str:
    if message.reason == "reminder":
        return "REMINDER"
    return "RESOLVED" if message.status == "resolved" else f"FIRING:{message.tier}"


def _refused(code: int, text: str) -> Outcome:
    return Outcome("dead" if code >= _PERMANENT else "retry", f"server answered {code}: {text[:200]}")


@cache
def _templates() -> SandboxedEnvironment:
    environment = SandboxedEnvironment(
        loader=PackageLoader("spanwise_alerts.notify"), autoescape=_escaped,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters["utc"] = _utc
    environment.filters["duration"] = human_duration
    return environment


def _escaped(name: str | None) -> bool:
    return name is not None and ".html." in name


def _utc(at_s: float) -> str:
    return f"{datetime.fromtimestamp(at_s, UTC):%Y-%m-%d %H:%M:%S} UTC"
