from __future__ import annotations

import pytest
from pydantic import ValidationError

from spanwise_alerts.config import AlertsConfig
from spanwise_alerts.faults import faults_of, spelled
from spanwise_alerts.receivers.way import Way


@pytest.mark.parametrize(("listed", "path"), [(False, "receivers[0].webhook"), (True, "receivers[0].webhook[0]")])
def test_a_fault_has_the_path_that_the_user_wrote(*, listed: bool, path: str):
    hook = {"url": "ftp://x", "timeout": "long", "urll": 1}
    with pytest.raises(ValidationError) as raised:
        AlertsConfig.model_validate({"receivers": [{"name": "team", "webhook": [hook] if listed else hook}]})
    faults = faults_of(raised.value, AlertsConfig, "x.yaml")
    assert [fault.path for fault in faults] == [f"{path}.timeout", f"{path}.url", f"{path}.urll"]
    assert "did you mean 'url'?" in faults[2].message


def test_a_way_leads_to_one_end_and_tells_of_ends():
    assert (Way().ends, Way().send_resolved, Way().timeout_s) == (("",), True, 10.0)


def test_a_path_is_spelled_as_in_yaml():
    assert spelled(("receivers", 0, "webhook", "url")) == "receivers[0].webhook.url"
