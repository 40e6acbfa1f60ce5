"""What tests of whole alert managers share."""

from __future__ import annotations

from functools import partial

import pytest

from spanwise_alerts import outfit


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for evidence and pictures as long as a machine that is busy needs."""
    monkeypatch.setattr(outfit, "Gatherer", partial(outfit.Gatherer, patience_s=60.0))
    monkeypatch.setattr(outfit, "Artist", partial(outfit.Artist, patience_s=60.0))
