from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from spanwise_alerts.adopt.refusing import Refusing


class Kept(Refusing):
    size: int = 0

    @classmethod
    def _anyway(cls) -> dict[str, tuple[Any, ...]]:
        return {"html": (), "hello": ("localhost", "")}


@pytest.mark.parametrize("said", [{}, {"html": None}, {"hello": "localhost"}, {"hello": ""}])
def test_what_we_do_anyway_may_be_said(said: dict[str, Any]):
    assert Kept.model_validate({"size": 1, **said}).size == 1


def test_all_that_cannot_be_honoured_is_said_together_with_all_else():
    with pytest.raises(ValidationError) as raised:
        Kept.model_validate({"html": "x", "hello": "y", "size": "z", "unknown": 1})
    found = {error["loc"]: error["msg"] for error in raised.value.errors()}
    assert found["html",] == "cannot be honoured here"
    assert found["hello",] == "cannot be honoured here; expected 'localhost' or '', or no such key"
    assert set(found) == {("html",), ("hello",), ("size",), ("unknown",)}


def test_what_is_no_mapping_is_refused():
    with pytest.raises(ValidationError):
        Kept.model_validate([])
