from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from spanwise_alerts.command import main
from tests.support.desk import desk


async def command(*arguments: str) -> int:
    """Run a command beside the server that it asks."""
    return await asyncio.to_thread(main, ["silence", *arguments])


async def test_a_silence_is_made_edited_listed_and_ended(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    async with desk(tmp_path, clock=time.time) as made:
        url = ("--url", made.url)
        assert await command("add", "alertname=x", 'model=~"a|b"', "--for", "2h", "--comment", "why", *url) == 0
        key = capsys.readouterr().out.strip()
        (silence,) = await made.get("/api/v2/silences")
        assert (silence["id"], silence["comment"]) == (key, "why")
        assert silence["createdBy"]
        assert (
            await command("add", "alertname=x", 'model=~"a|b"', "--id", key, "--comment", "more", "--json", *url) == 0
        )
        assert json.loads(capsys.readouterr().out)["silenceID"]
        assert await command("list", *url) == 0
        listed = capsys.readouterr().out
        assert '{alertname="x",model=~"a|b"}' in listed
        assert "more" in listed
        keys: list[dict[str, Any]] = await made.get("/api/v2/silences", expired="false")
        assert await command("expire", *(each["id"] for each in keys), *url) == 0
        assert capsys.readouterr().out == "".join(f"{each['id']}: ended\n" for each in keys)
        assert await command("list", *url) == 0
        assert capsys.readouterr().out == "nothing is silenced\n"
        assert await command("list", "--expired", *url) == 0
        assert "expired" in capsys.readouterr().out


async def test_it_may_recur_or_end_with_what_it_caught(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    async with desk(tmp_path, clock=time.time) as made:
        more = ("--author", "me", "--comment", "c", "--url", made.url)
        assert await command("add", "a=b", "--until-resolved", *more) == 0
        assert await command("add", "a=c", "--cron", "0 2 * * sun", "--window", "2h", "--for", "90d", *more) == 0
        capsys.readouterr()
        assert await command("list", "--url", made.url) == 0
        listed = capsys.readouterr().out
        assert "when resolved, or " in listed
        assert "recurs: 0 2 * * sun" in listed
        assert {each["createdBy"] for each in await made.get("/api/v2/silences")} == {"me"}


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (("add", "a", "--comment", "c"), "bad matcher format: a"),
        (("add", "a=b", "--comment", "c", "--for", "x"), "got 'x', expected a duration"),
        (("add", "a=b", "--comment", "c", "--cron", "0 2 * * *"), "expected --cron and --window together"),
        (("add", 'a=~".*"', "--comment", "c"), "at least one matcher must not match the empty string"),
        (("expire", "3f1c"), "silence 3f1c not found"),
    ],
)
async def test_what_cannot_be_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], wanted: str
):
    async with desk(tmp_path, clock=time.time) as made:
        assert await command(*arguments, "--url", made.url) == 1
    assert wanted in capsys.readouterr().err
