from __future__ import annotations

import pytest

from spanwise_alerts.errors import AlertsError, AskError, RecordError, SecretError


@pytest.mark.parametrize("kind", [AskError, RecordError, SecretError])
def test_what_may_go_wrong_while_running_is_one_family(kind: type[Exception]):
    assert issubclass(kind, AlertsError)
