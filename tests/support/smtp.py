"""A mail server on a real socket: it records what arrives and refuses as it is told."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail: the envelope's recipients, and the message."""

    recipients: list[str]
    message: EmailMessage

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        assert part is not None
        return part.get_content()

    @property
    def html(self) -> str:
        part = self.message.get_body(("html",))
        assert part is not None
        return part.get_content()


class _Controller(Controller):
    """Lets the system choose the port."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class MailSink:
    """`with MailSink() as sink:`; `answers` are given to DATA one by one, then every mail is accepted."""

    def __init__(self, *answers: str, refuse: dict[str, str] | None = None, **options: Any) -> None:
        self.mails: list[Mail] = []
        self.arrived = threading.Condition()
        self._answers = list(answers)
        self._refuse = refuse or {}
        self._controller = _Controller(self, hostname="127.0.0.1", port=0, **options)

    async def handle_RCPT(self, _: SMTP, __: Session, envelope: Envelope, address: str, *___: object) -> str:  # noqa: N802
        if address in self._refuse:
            return self._refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self._answers.pop(0) if self._answers else "250 OK"
        if answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            message = message_from_bytes(envelope.content, policy=policy.default)
            with self.arrived:
                self.mails.append(Mail(list(envelope.rcpt_tos), message))
                self.arrived.notify_all()
        return answer

    def wait_for(self, count: int, deadline_s: float = 20.0) -> None:
        """Wait until so many mails arrived."""
        with self.arrived:
            if not self.arrived.wait_for(lambda: len(self.mails) >= count, deadline_s):
                raise AssertionError(f"{len(self.mails)} of {count} mails within {deadline_s} s")

    @property
    def port(self) -> int:
        return self._controller.port

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()
