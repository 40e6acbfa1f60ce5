from __future__ import annotations

import pytest
from pydantic import ValidationError

from spanwise_alerts.faults import faults_of
from spanwise_alerts.receivers.posted import Posted, PublicUrl


class Hook(Posted):
    """A way by HTTP."""

    url: PublicUrl


def test_a_link_inside_is_refused_without_being_shown_unless_it_is_allowed():
    with pytest.raises(ValidationError) as raised:
        Hook.model_validate({"url": "http://10.0.0.1/hunter2"})
    assert "`allow_private: true`" in str(raised.value)
    assert "hunter2" not in str(raised.value)
    assert Hook.model_validate({"url": "http://10.0.0.1/", "allow_private": True})
    assert Hook.model_validate({"url": "https://hooks.example.com/"})


def test_a_wrong_allowance_is_one_fault_not_two():
    with pytest.raises(ValidationError) as raised:
        Hook.model_validate({"url": "http://10.0.0.1/", "allow_private": "perhaps"})
    assert [fault.path for fault in faults_of(raised.value, Hook, "")] == ["allow_private"]
