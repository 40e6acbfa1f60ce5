"""A connection to a mail server, kept for the mails that come soon after."""

from __future__ import annotations

import asyncio
import contextlib
from email.message import EmailMessage
from typing import Final

import aiosmtplib
from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from spanwise_alerts.alert import Outcome
from spanwise_alerts.receivers.email import Email
from spanwise_alerts.secret import Secret

IDLE_S: Final = 30.0
"""How long a connection waits for the next mail."""

MOST_MAILS: Final = 100
"""After so many mails the connection is made anew, as servers ask for it."""

_PERMANENT: Final = 500
_SHUTTING_DOWN: Final = 421
_LOG_IN_FIRST: Final = frozenset({530, 534, 535, 538})
_REASON_CHARS: Final = 200


class Connection:
    """Hands mails over one after the other; opened by the first, closed when none comes for a while."""

    def __init__(self, config: Email, idle_s: float = IDLE_S, most_mails: int = MOST_MAILS) -> None:
        self._config = config
        self._idle_s = idle_s
        self._most_mails = most_mails
        self._turn = asyncio.Lock()
        self._smtp: SMTP | None = None
        self._sent = 0
        self._password: str | None = None
        self._closing: asyncio.TimerHandle | None = None

    async def hand_over(self, message: EmailMessage, recipient: str) -> Outcome:
        """Try once: a 5xx about the message or its recipient is dead; all else, log-in and TLS too, may pass."""
        async with self._turn:
            if self._closing is not None:
                self._closing.cancel()
            try:
                smtp = await self._opened()
            except (SMTPException, OSError) as error:
                # whatever the server says here is about the connection, not about the mail
                self._drop()
                return Outcome("retry", f"no connection: {_said(error)}")
            try:
                await smtp.send_message(message, sender=self._config.sender, recipients=[recipient])
            except aiosmtplib.SMTPRecipientsRefused as error:
                outcome = _refused(error.recipients[0])
            except SMTPResponseException as error:
                outcome = _refused(error)
            except (SMTPException, OSError) as error:
                self._drop()
                return Outcome("retry", _said(error))
            except BaseException:
                # in the midst of a mail nothing else can be said on this connection
                self._drop()
                raise
            else:
                outcome = Outcome("delivered")
            self._sent += 1
            self._closing = asyncio.get_running_loop().call_later(self._idle_s, self._drop)
            return outcome

    async def close(self) -> None:
        """Take leave of the server."""
        if self._closing is not None:
            self._closing.cancel()
        async with self._turn:
            smtp, self._smtp = self._smtp, None
            if smtp is not None and smtp.is_connected:
                with contextlib.suppress(SMTPException, OSError):
                    await smtp.quit()
                smtp.close()

    async def _opened(self) -> SMTP:
        """Return a connection that answers: the one there is, or a new one."""
        password = self._config.password()
        text = password.text if password else None
        if self._smtp is not None and await self._still_good(self._smtp, text):
            return self._smtp
        self._drop()
        self._smtp, self._sent, self._password = self._made(password), 0, text
        await self._smtp.connect()
        return self._smtp

    async def _still_good(self, smtp: SMTP, password: str | None) -> bool:
        if not smtp.is_connected or self._sent >= self._most_mails or password != self._password:
            return False
        try:
            # a server that closed it long ago is noticed before a mail is begun
            await smtp.rset()
        except (SMTPException, OSError):
            return False
        return True

    def _made(self, password: Secret | None) -> SMTP:
        config = self._config
        return SMTP(
            hostname=config.host,
            port=config.smtp_port,
            username=config.username if password else None,
            password=password.text if password else None,
            use_tls=config.tls == "tls",
            start_tls=config.tls == "starttls",
            timeout=config.timeout_s,
        )

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None


def _refused(error: SMTPResponseException) -> Outcome:
    passing = error.code < _PERMANENT or error.code in {_SHUTTING_DOWN, *_LOG_IN_FIRST}
    return Outcome("retry" if passing else "dead", f"server answered {error.code}: {error.message[:_REASON_CHARS]}")


def _said(error: Exception) -> str:
    """Say what went wrong, never with what was sent: it may hold the password."""
    if isinstance(error, SMTPResponseException):
        return f"{type(error).__name__}: {error.code}"
    return f"{type(error).__name__}: {error}"[:_REASON_CHARS]
