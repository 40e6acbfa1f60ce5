from __future__ import annotations

import pytest
from pydantic import ValidationError

from spanwise_alerts.people.acknowledging import Acknowledging


def test_an_acknowledgement_has_no_end_unless_one_is_set():
    assert Acknowledging().timeout_s is None
    assert Acknowledging.model_validate({"timeout": "4h"}).timeout_s == 14_400.0


def test_a_time_that_is_none_is_refused():
    with pytest.raises(ValidationError):
        Acknowledging.model_validate({"timeout": "0s"})
