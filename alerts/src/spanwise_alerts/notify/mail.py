"""Tell by mail: one message for each recipient, text and HTML, threaded by firing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.header import Header
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UniqueUnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy, Policy
from email.utils import format_datetime
from typing import Final

from spanwise_alerts.alert import Letter, Message, Outcome
from spanwise_alerts.notify.card import mark_of
from spanwise_alerts.notify.mail_page import Chart, page_of
from spanwise_alerts.notify.smtp import Connection
from spanwise_alerts.receivers.email import Email

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
        self._connection = Connection(config)

    async def send(self, letter: Letter) -> Outcome:
        """Hand the message to the server once: a 5xx about it is dead, all else (log-in too) may pass."""
        message = message_of(letter, self._config.sender, self._config.to, self._now())
        return await self._connection.hand_over(message, self._to)

    async def close(self) -> None:
        """Take leave of the server."""
        await self._connection.close()


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
    # Exchange looks at this one only
    message["X-Auto-Response-Suppress"] = "All"
    if told.status == "firing" and told.tier == "critical":
        message["Importance"] = "high"
    page = page_of(letter, domain)
    message.set_content(page.text())
    message.add_alternative(page.html(), subtype="html")
    _add_charts(message, page.charts)
    return message


def _add_charts(message: EmailMessage, charts: Sequence[Chart]) -> None:
    html = message.get_body(("html",))
    assert isinstance(html, EmailMessage)
    for place, chart in enumerate(charts, 1):
        html.add_related(
            chart.png, "image", "png", cid=f"<{chart.cid}>", disposition="inline", filename=f"chart-{place}.png"
        )


def subject_of(message: Message) -> str:
    """Write the subject: one line, whatever the labels hold."""
    text = "".join(char if char.isprintable() else " " for char in f"[{mark_of(message)}] {message.summary}")
    return " ".join(text.split())[:_SUBJECT_CHARS]
