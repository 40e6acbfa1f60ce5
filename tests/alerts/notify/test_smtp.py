from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self

import pytest
from aiosmtpd.smtp import AuthResult

from spanwise_alerts.alert import Outcome
from spanwise_alerts.notify.smtp import Connection
from spanwise_alerts.receivers.email import Email
from tests.support.certificate import certificate
from tests.support.smtp import MailSink

DELIVERED = Outcome("delivered")
ENOUGH_S = 60.0


def config(port: int, **more: Any) -> Email:
    usual = {"to": ["a@example.com"], "from": "s@example.com", "host": "127.0.0.1", "tls": "none", "port": port}
    return Email.model_validate({**usual, **more})


def mail() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "s@example.com", "a@example.com", "x"
    message.set_content("hello")
    return message


@asynccontextmanager
async def connection(
    port: int, idle_s: float = ENOUGH_S, most_mails: int = 100, **more: Any
) -> AsyncIterator[Connection]:
    made = Connection(config(port, **more), idle_s, most_mails)
    try:
        yield made
    finally:
        await made.close()


class Server:
    """A mail server that answers each command as it is told; None hangs up. Counts connections and mails."""

    def __init__(self, **answers: list[str | None]) -> None:
        self.answers = answers
        self.connections = 0
        self.mails = 0
        self.said: list[str] = []
        self.gone = asyncio.Event()
        self.writers: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in self.writers:
            writer.close()
        await self._server.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writers.append(writer)
        if await self._say(writer, "greeting", "220 here"):
            while line := await reader.readline():
                word = line.decode().strip().partition(" ")[0].upper()
                self.said.append(word)
                usual = {"DATA": "354 go on", "QUIT": "221 bye"}.get(word, "250 fine")
                answer = await self._say(writer, word, usual)
                if answer.startswith("354"):
                    await reader.readuntil(b"\r\n.\r\n")
                    answer = await self._say(writer, "end", "250 taken")
                    self.mails += answer.startswith("250")
                if not answer or word == "QUIT":
                    break
        writer.close()
        self.gone.set()

    async def _say(self, writer: asyncio.StreamWriter, word: str, usual: str) -> str:
        told = self.answers.get(word, [])
        answer = told.pop(0) if told else usual
        if answer is not None:
            writer.write(f"{answer}\r\n".encode())
            await writer.drain()
        return answer or ""


async def test_mails_that_come_soon_after_share_a_connection():
    async with Server() as server, connection(server.port) as made:
        for _ in range(3):
            assert await made.hand_over(mail(), "a@example.com") == DELIVERED
        assert (server.connections, server.mails) == (1, 3)


async def test_mails_at_once_are_handed_over_one_after_the_other():
    async with Server() as server, connection(server.port) as made:
        found = await asyncio.gather(*(made.hand_over(mail(), "a@example.com") for _ in range(5)))
        assert found == [DELIVERED] * 5
        assert (server.connections, server.mails) == (1, 5)


async def test_a_connection_that_waits_too_long_or_carried_enough_is_left():
    async with Server() as server, connection(server.port, idle_s=0.0) as made:
        await made.hand_over(mail(), "a@example.com")
        await asyncio.wait_for(server.gone.wait(), ENOUGH_S)
        assert await made.hand_over(mail(), "a@example.com") == DELIVERED
        assert server.connections == 2
    async with Server() as server, connection(server.port, most_mails=2) as made:
        for _ in range(4):
            await made.hand_over(mail(), "a@example.com")
        assert (server.connections, server.mails) == (2, 4)


async def test_a_server_that_closed_the_connection_meanwhile_gets_the_mail_on_a_new_one():
    async with Server() as server, connection(server.port) as made:
        await made.hand_over(mail(), "a@example.com")
        server.writers[0].close()
        await server.writers[0].wait_closed()
        assert await made.hand_over(mail(), "a@example.com") == DELIVERED
        assert (server.connections, server.mails) == (2, 2)


@pytest.mark.parametrize("answer", [None, "421 too old"])
async def test_a_server_that_gives_the_connection_up_when_it_is_used_again_gets_the_mail_on_a_new_one(answer: Any):
    async with Server(RSET=[answer]) as server, connection(server.port) as made:
        await made.hand_over(mail(), "a@example.com")
        assert await made.hand_over(mail(), "a@example.com") == DELIVERED
        assert (server.connections, server.mails) == (2, 2)


@pytest.mark.parametrize("stage", ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "end"])
async def test_a_server_that_hangs_up_is_tried_again_on_a_new_connection(stage: str):
    hangs_up = {stage: [None], "HELO": [None] if stage == "EHLO" else []}
    async with Server(**hangs_up) as server, connection(server.port) as made:
        assert (await made.hand_over(mail(), "a@example.com")).kind == "retry"
        assert await made.hand_over(mail(), "a@example.com") == DELIVERED
        assert (server.connections, server.mails) == (2, 1)


@pytest.mark.parametrize(
    ("stage", "answer", "kind"),
    [
        ("greeting", "554 not for you", "retry"),
        ("greeting", "421 busy", "retry"),
        ("MAIL", "550 no such sender", "dead"),
        ("MAIL", "530 log in first", "retry"),
        ("RCPT", "451 greylisted, come again", "retry"),
        ("RCPT", "550 no such user", "dead"),
        ("RCPT", "421 too many", "retry"),
        ("DATA", "452 no room", "retry"),
        ("end", "451 greylisted", "retry"),
        ("end", "554 spam", "dead"),
    ],
)
async def test_what_is_about_the_mail_is_final_and_all_else_may_pass(stage: str, answer: str, kind: str):
    async with Server(**{stage: [answer]}) as server, connection(server.port) as made:
        outcome = await made.hand_over(mail(), "a@example.com")
        assert outcome.kind == kind
        assert answer[:3] in outcome.reason
        assert await made.hand_over(mail(), "a@example.com") == DELIVERED
        assert server.mails == 1


async def test_a_mail_that_was_refused_leaves_the_connection_to_the_next():
    async with Server(RCPT=["550 no such user"]) as server, connection(server.port) as made:
        await made.hand_over(mail(), "a@example.com")
        assert await made.hand_over(mail(), "b@example.com") == DELIVERED
        assert server.connections == 1


async def test_who_is_cancelled_in_the_midst_of_a_mail_leaves_no_half_of_it_to_the_next():
    async with Server() as server, connection(server.port) as made:
        server.answers["MAIL"] = []
        await made.hand_over(mail(), "a@example.com")
        waiting = asyncio.create_task(made.hand_over(mail(), "a@example.com"))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
        assert await made.hand_over(mail(), "a@example.com") == DELIVERED


async def test_it_takes_leave_of_the_server():
    async with Server() as server:
        async with connection(server.port) as made:
            await made.hand_over(mail(), "a@example.com")
        await asyncio.wait_for(server.gone.wait(), ENOUGH_S)
        assert server.said[-1] == "QUIT"


async def test_a_server_that_is_not_there_is_tried_again():
    async with connection(1) as made:
        outcome = await made.hand_over(mail(), "a@example.com")
    assert outcome.kind == "retry"
    assert outcome.reason.startswith("no connection: SMTPConnectError")


async def test_a_server_that_says_nothing_is_given_up_after_the_timeout():
    silent = asyncio.Event()

    async def wait(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await silent.wait()
        writer.close()

    async with await asyncio.start_server(wait, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with connection(port, timeout="50ms") as made:
            outcome = await made.hand_over(mail(), "a@example.com")
        silent.set()
    assert outcome.kind == "retry"
    assert "Timed out" in outcome.reason or "Timeout" in outcome.reason


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_mail_goes_over_tls_to_a_server_whose_certificate_is_trusted(
    tls: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    shown = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(shown.cert))
    with MailSink(**_tls(tls, shown.server())) as sink:
        async with connection(sink.port, host="localhost", tls=tls) as made:
            assert await made.hand_over(mail(), "a@example.com") == DELIVERED
            assert await made.hand_over(mail(), "a@example.com") == DELIVERED
    assert len(sink.mails) == 2


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_a_server_whose_certificate_nobody_knows_gets_neither_mail_nor_password(tls: str, tmp_path: Path):
    seen: list[Any] = []

    def check(*arguments: Any) -> AuthResult:
        seen.append(arguments)
        return AuthResult(success=True)

    with MailSink(authenticator=check, **_tls(tls, certificate(tmp_path).server())) as sink:
        more = {"host": "localhost", "tls": tls, "username": "u", "password": "p4ssw0rd"}
        async with connection(sink.port, **more) as made:
            outcome = await made.hand_over(mail(), "a@example.com")
    assert outcome.kind == "retry"
    assert "certificate" in outcome.reason.lower()
    assert not sink.mails
    assert not seen


async def test_a_certificate_of_another_host_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    shown = certificate(tmp_path, "mail.example.com")
    monkeypatch.setenv("SSL_CERT_FILE", str(shown.cert))
    with MailSink(**_tls("starttls", shown.server())) as sink:
        async with connection(sink.port, host="localhost", tls="starttls") as made:
            outcome = await made.hand_over(mail(), "a@example.com")
    assert outcome.kind == "retry"
    assert not sink.mails


async def test_a_password_that_changed_is_used_by_a_new_log_in(tmp_path: Path):
    used: list[bytes] = []

    def check(*arguments: Any) -> AuthResult:
        used.append(arguments[-1].password)
        return AuthResult(success=arguments[-1].password != b"wrong", handled=False)

    path = tmp_path / "password"
    path.write_text("wrong")
    with MailSink(authenticator=check, auth_require_tls=False) as sink:
        async with connection(sink.port, username="u", password_file=str(path)) as made:
            refused = await made.hand_over(mail(), "a@example.com")
            assert refused == Outcome("retry", "no connection: SMTPAuthenticationError: 535")
            for password in ("one", "one", "two"):
                path.write_text(password)
                assert await made.hand_over(mail(), "a@example.com") == DELIVERED
    assert used[-2:] == [b"one", b"two"]
    assert used.count(b"one") == 1


def _tls(tls: str, context: ssl.SSLContext) -> dict[str, Any]:
    return {"ssl_context": context} if tls == "tls" else {"tls_context": context, "require_starttls": True}
