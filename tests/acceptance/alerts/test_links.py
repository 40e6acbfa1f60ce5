"""From the message to the click: the links of what arrives act on what fires, also after a restart."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from spanwise_alerts.app import App
from spanwise_alerts.config import AlertsConfig, load
from tests.alerts.run_app import SECTION
from tests.alerts.test_app import Values, until
from tests.support.smtp import MailSink
from tests.support.webhook import Server, WebhookSink

WHERE = "https://alerts.example.com"


def config(folder: Path, hook: WebhookSink, mail: MailSink) -> AlertsConfig:
    email = {"to": ["ada@example.com"], "from": "s@example.com", "host": "127.0.0.1", "tls": "none", "port": mail.port}
    lead = {"name": "lead", "webhook": {"url": hook.url, "allow_private": True}}
    chain = {"name": "pager", "steps": [{"receivers": "oncall"}, {"receivers": "lead", "after": "2s"}]}
    section: dict[str, Any] = {
        **SECTION, "external_url": WHERE, "receivers": [{"name": "oncall", "email": email}, lead],
        "escalations": [chain], "route": {"escalation": "pager"},
    }  # fmt: skip
    return load(section, "spanwise.yaml", folder)


async def test_the_link_of_a_mail_stops_the_escalation_also_after_a_restart(tmp_path: Path):
    values = Values(slow=9.0)
    with Server(values) as collector, WebhookSink() as hook, MailSink() as mail:
        settings = config(tmp_path, hook, mail)

        def app() -> App:
            return App(settings, collector_url=collector.url, data=tmp_path, now=time.time)

        async with app():
            await until(lambda: len(mail.mails) == 1)
        text = mail.mails[0].text
        links = re.findall(rf"{WHERE}(/act/\S+)", text)
        async with app() as again, httpx.AsyncClient(base_url=f"http://{again.addresses['http']}") as client:
            # nobody has acknowledged it yet: the step comes in spite of the restart
            await until(lambda: len(hook.bodies) == 1)
            assert hook.bodies[0]["reason"] == "escalated"
            looked = await client.get(links[0])
            (before,) = (await client.get("/api/v1/alerts")).json()
            clicked = await client.post(links[0], headers={"Origin": WHERE})
            (after,) = (await client.get("/api/v1/alerts")).json()
            values.by_model = {"slow": 1.0}
            await until(lambda: len(mail.mails) == 2 and len(hook.bodies) == 2)
    assert (looked.status_code, clicked.status_code) == (200, 200)
    assert before["acknowledged"] is None
    assert after["acknowledged"]["by"] == "ada@example.com"
    assert [escalation["called"] for escalation in after["escalations"]] == [["lead", "oncall"]]
    assert hook.bodies[1]["status"] == "resolved"
    assert urlsplit(links[0]).path != urlsplit(links[1]).path
