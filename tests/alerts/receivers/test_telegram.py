from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from spanwise_alerts.receivers.telegram import Telegram


def test_a_bot_writes_to_a_chat():
    way = Telegram.model_validate({"bot_token": "12:aB-_", "chat_id": -100})
    assert (way.bot_token(), way.chat_id, way.api_url) == ("12:aB-_", -100, "https://api.telegram.org")
    assert "aB-_" not in f"{way!r} {way.model_dump_json()}"


def test_a_token_in_a_file_is_read_anew(tmp_path: Path):
    (tmp_path / "token").write_text("1:old\n")
    way = Telegram.model_validate({"bot_token_file": "token", "chat_id": 1}, context={"base": tmp_path})
    (tmp_path / "token").write_text("1:new\n")
    assert way.bot_token() == "1:new"
    (tmp_path / "token").write_text("../x")
    with pytest.raises(ValueError, match="expected a token"):
        way.bot_token()


@pytest.mark.parametrize(
    "said",
    [
        {"chat_id": 1}, {"bot_token": "1:a"}, {"bot_token": "a/../b", "chat_id": 1},
        {"bot_token": "1:a", "chat_id": "@x"}, {"bot_token": "1:a", "chat_id": 1, "message_thread_id": 0},
    ],
)  # fmt: skip
def test_what_leads_nowhere_is_refused_without_being_shown(said: dict[str, Any]):
    with pytest.raises(ValidationError) as raised:
        Telegram.model_validate(said)
    assert "a/../b" not in str(raised.value)
