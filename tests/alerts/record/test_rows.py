from __future__ import annotations

import json

from spanwise_alerts.alert import Held
from spanwise_alerts.record.rows import alert_from, held_from, letter_from, row_of, state_of
from tests.alerts.builders import a_letter, a_notice, an_alert


def test_alerts_and_letters_come_back_as_they_were():
    alert = an_alert()
    state = json.loads(json.dumps(state_of(alert)))
    assert alert_from(state) == alert
    told = json.loads(json.dumps(a_notice().to_dict()))
    assert held_from({"fingerprint": "aa", "state": state, "told": told}) == Held("aa", alert, a_notice())
    assert letter_from(json.loads(json.dumps(row_of(a_letter(), 5.0)))) == a_letter()
