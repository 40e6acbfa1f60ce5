"""The demo's sinks, over real SMTP and HTTP."""

from email.message import EmailMessage

import aiosmtplib
import httpx

from spanwise_stack.demo.sinks import sinks


def letter(subject):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@example.com", "b@example.com", subject
    mail.set_content("text")
    mail.add_alternative("<p>text</p>", subtype="html")
    return mail


async def test_mails_are_kept_in_order_with_all_their_parts():
    async with sinks() as arrived:
        host, _, port = arrived.smtp.partition(":")
        for subject in ("one", "zwei ü"):
            await aiosmtplib.send(letter(subject), hostname=host, port=int(port), start_tls=False)
        assert [mail["Subject"] for mail in arrived.mails] == ["one", "zwei ü"]
        assert [part.get_content_type() for part in arrived.mails[0].iter_parts()] == ["text/plain", "text/html"]


async def test_webhooks_are_kept_and_what_is_no_json_is_refused():
    async with sinks() as arrived, httpx.AsyncClient() as client:
        assert (await client.post(arrived.webhook_url, json={"n": 1})).status_code == 204
        assert (await client.post(arrived.webhook_url, content=b"{")).status_code == 400
        assert arrived.hooks == [{"n": 1}]
