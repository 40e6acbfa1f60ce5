from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from spanwise_alerts.receivers.pagerduty import Pagerduty


def test_it_pages_at_the_usual_address():
    way = Pagerduty.model_validate({"routing_key": "k1"})
    assert (way.routing_key(), way.url, way.pages) == ("k1", "https://events.pagerduty.com/v2/enqueue", True)
    assert "k1" not in f"{way!r} {way.model_dump_json()}"


def test_a_key_in_a_file_is_read_anew(tmp_path: Path):
    (tmp_path / "key").write_text("old\n")
    way = Pagerduty.model_validate({"routing_key_file": "key"}, context={"base": tmp_path})
    (tmp_path / "key").write_text("new\n")
    assert way.routing_key() == "new"


def test_without_a_key_it_is_refused():
    with pytest.raises(ValidationError, match="missing; expected it, or `routing_key_file`"):
        Pagerduty.model_validate({})
