from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from spanwise_alerts.app import App
from spanwise_alerts.ask.collector import Collector
from spanwise_alerts.config import AlertsConfig, load
from spanwise_alerts.notify.chart import HEIGHT, WIDTH
from spanwise_alerts.outfit import Outfit
from spanwise_alerts.plan import Happening
from spanwise_alerts.record.trail import Wanted
from spanwise_alerts.rule import COLLECTOR
from tests.alerts.builders import a_letter
from tests.support.collector import collecting
from tests.support.smtp import MailSink
from tests.support.trouble import troubled

RULE = {
    "name": "llm-latency", "measure": "llm.duration", "stat": "p95", "by": ["model"], "window": "5m",
    "tiers": {"critical": {"above": "8s"}}, "summary": "{{ model }} p95 is {{ value }}",
}  # fmt: skip
ENOUGH_S = 60.0


def section(port: int) -> AlertsConfig:
    email = {"to": ["a@example.com"], "from": "s@example.com", "host": "127.0.0.1", "tls": "none", "port": port}
    keys = {
        "http": "127.0.0.1:0", "default_rules": False, "rules": [RULE], "receivers": [{"name": "team", "email": email}],
        "links": {"grafana": "https://g.example.com"},
    }  # fmt: skip
    return load(keys, "spanwise.yaml", Path())


@pytest.mark.usefixtures("patient")
async def test_a_mail_arrives_with_chart_parts_traces_and_what_changed(tmp_path: Path):
    async with collecting(tmp_path / "collector") as talk:
        for body in troubled(time.time() - 1.0):
            assert (await talk.send(body)).status_code == 200
        with MailSink() as sink:
            config = section(sink.port)
            async with App(config, collector_url=talk.http, data=tmp_path, now=time.time):
                await asyncio.to_thread(sink.wait_for, 1, ENOUGH_S)
    (mail,) = sink.mails
    assert mail.message["Subject"].startswith("[FIRING:critical] gpt-4o p95 is ")
    for said in ("researcher", "model version", "gpt-4o-2024-11-20", "failing", "healthy", "threshold 8 s"):
        assert said in mail.html, said
        assert said in mail.text, said
    assert "https://g.example.com/d/spanwise-traces?" in mail.text
    assert "Board        https://g.example.com/d/spanwise-llm?" in mail.text
    (shown,) = [part for part in mail.message.walk() if part.get_content_type() == "image/png"]
    assert f'width="{WIDTH}" height="{HEIGHT}"' in mail.html
    assert str(shown["Content-ID"]).strip("<>") in mail.html


async def test_without_a_collector_a_letter_goes_and_says_so():
    async def happened(_wanted: Wanted) -> Sequence[Happening]:
        return []

    config = section(1)
    nobody = Collector("http://127.0.0.1:1")
    outfit = Outfit("http://127.0.0.1:1", lambda: {COLLECTOR: nobody}, happened, lambda: config)
    try:
        dressed = await outfit.dress(a_letter("team/email/a@b"))
    finally:
        await outfit.close()
        await nobody.close()
    (found,) = dressed.evidence.values()
    assert "numbers: collector did not answer" in found.missing
    assert found.chart == b""
