from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from spanwise_alerts.receivers.opsgenie import Opsgenie, Responder


def test_it_pages_at_the_usual_address():
    way = Opsgenie.model_validate({"api_key": "k1"})
    assert (way.api_key(), way.api_url, way.pages, way.responders) == ("k1", "https://api.opsgenie.com/", True, [])
    assert "k1" not in f"{way!r} {way.model_dump_json()}"


def test_a_key_in_a_file_is_read_anew(tmp_path: Path):
    (tmp_path / "key").write_text("old\n")
    way = Opsgenie.model_validate({"api_key_file": "key"}, context={"base": tmp_path})
    (tmp_path / "key").write_text("new\n")
    assert way.api_key() == "new"


def test_who_is_called_has_one_name():
    assert dict(Responder.model_validate({"type": "user", "username": "ada@example.com"}).said()) == {
        "username": "ada@example.com"
    }


@pytest.mark.parametrize(
    "said", [{"type": "team"}, {"type": "team", "id": "1", "name": "x"}, {"type": "dog", "id": "1"}]
)
def test_who_has_none_or_several_is_refused(said: dict[str, Any]):
    with pytest.raises(ValidationError):
        Opsgenie.model_validate({"api_key": "k", "responders": [said]})
