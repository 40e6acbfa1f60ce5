"""Where the demo's alerts arrive: a local SMTP server and a local webhook, which keep what they get."""

from __future__ import annotations

import asyncio
import contextlib
import email
import email.policy
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from json import JSONDecodeError
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from spanwise_collector.serving import serving


@dataclass(frozen=True, slots=True)
class Sinks:
    """What arrived so far, oldest first, and where to send more.

    Attributes:
        mails: the messages that the SMTP server took.
        hooks: the JSON bodies that were posted to the webhook.
        smtp: the SMTP server's "host:port".
        webhook_url: where to post.
    """

    smtp: str
    webhook_url: str
    mails: list[EmailMessage] = field(default_factory=list[EmailMessage])
    hooks: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


def subject(mail: EmailMessage) -> str:
    """Give a mail's subject."""
    return str(mail["Subject"])


class _Mailbox:
    """The handler that aiosmtpd calls with each message."""

    def __init__(self, took: Callable[[EmailMessage], None]) -> None:
        self._took = took

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 aiosmtpd's name
        """Keep a message."""
        del server, session
        message = email.message_from_bytes(envelope.original_content or b"", EmailMessage, policy=email.policy.default)
        self._took(message)
        return "250 OK"


@contextlib.asynccontextmanager
async def _smtp(took: Callable[[EmailMessage], None]) -> AsyncGenerator[str]:
    mailbox = _Mailbox(took)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(mailbox, hostname="localhost", loop=loop), "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


def _webhook(took: Callable[[dict[str, Any]], None]) -> Starlette:
    async def hook(request: Request) -> Response:
        try:
            took(await request.json())
        except JSONDecodeError:
            return JSONResponse({"error": "the body must be JSON"}, 400)
        return Response(status_code=204)

    return Starlette(routes=[Route("/hook", hook, methods=["POST"])])


@contextlib.asynccontextmanager
async def sinks() -> AsyncGenerator[Sinks]:
    """Run both sinks on free loopback ports."""
    mails: list[EmailMessage] = []
    hooks: list[dict[str, Any]] = []
    async with _smtp(mails.append) as smtp, serving(_webhook(hooks.append), "127.0.0.1:0", "the demo's webhook") as web:
        yield Sinks(smtp, f"http://{web}/hook", mails, hooks)
