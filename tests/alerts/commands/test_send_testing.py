from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
import yaml

from spanwise_alerts.command import main
from tests.support.desk import desk
from tests.support.webhook import Reply, WebhookSink

NOBODY = "http://127.0.0.1:1"


def configured(folder: Path, *sinks: WebhookSink) -> Path:
    hooks = [{"url": sink.url, "allow_private": True} for sink in sinks]
    file = folder / "spanwise.yaml"
    file.write_text(yaml.safe_dump({"alerts": {"receivers": [{"name": "team", "webhook": hooks}]}}))
    return file


async def test_it_goes_by_the_alert_manager_that_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]):

    with WebhookSink() as sink:
        hook = {"url": sink.url, "allow_private": True}
        async with desk(tmp_path, receivers=[{"name": "team", "webhook": hook}]) as made:
            assert await asyncio.to_thread(main, ["send-test", "team", "--url", made.url]) == 0
            assert await asyncio.to_thread(main, ["send-test", "tam", "--url", made.url]) == 1
        assert [body["reason"] for body in sink.bodies] == ["test"]
    shown = capsys.readouterr()
    assert shown.out == "team/webhook: delivered\n"
    assert "got 'tam', expected the name of a receiver" in shown.err


def test_where_none_runs_it_goes_by_itself_and_the_status_says_whether_all_took_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    with WebhookSink() as good, WebhookSink(Reply(404), Reply(404)) as bad:
        file = str(configured(tmp_path, good, bad))
        assert main(["send-test", "team", "--config", file, "--url", NOBODY]) == 1
        assert capsys.readouterr().out == "team/webhook: delivered\nteam/webhook/2: failed: answered 404\n"
        assert main(["send-test", "team", "--config", file, "--url", NOBODY, "--json"]) == 1
        assert [each["status"] for each in json.loads(capsys.readouterr().out)["channels"]] == ["delivered", "failed"]
        assert main(["send-test", "team", "--config", file, "--url", NOBODY]) == 0
        assert main(["send-test", "tam", "--config", file, "--url", NOBODY]) == 1
    assert "got 'tam', expected one of team; did you mean 'team'?" in capsys.readouterr().err


def test_without_a_file_it_is_said_what_is_missing(capsys: pytest.CaptureFixture[str]):
    assert main(["send-test", "team", "--url", NOBODY]) == 1
    assert "expected the address of a running alert manager, or --config FILE" in capsys.readouterr().err


def test_a_receiver_that_tells_nobody_is_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "spanwise.yaml"
    file.write_text("alerts: {receivers: [{name: quiet, nobody: true}]}")
    assert main(["send-test", "quiet", "--config", str(file), "--url", NOBODY]) == 0
    assert capsys.readouterr().out == "quiet tells nobody, on purpose\n"
