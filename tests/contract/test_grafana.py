"""Provisioning against Grafana's HTTP API as versions 11, 12 and 13 document it, over a socket."""

import pytest

from spanwise_dashboards.address import address
from spanwise_dashboards.alerting import Group
from spanwise_dashboards.catalogue import boards
from spanwise_dashboards.errors import GrafanaError, GrafanaRefusedError
from spanwise_dashboards.grafana import Grafana
from spanwise_dashboards.provision import FOLDER_UID, Alerting, Patience, provision
from tests.support.grafana import grafana

RULE = {"uid": "spanwise-slow", "title": "slow", "condition": "threshold", "data": [], "labels": {}, "for": "0s"}
ALERTING = Alerting("http://alerts:9093", [Group("latency", 60, (RULE,))])
WRITES = {
    "data source": "POST /api/datasources",
    "folder": "POST /api/folders",
    "board": "POST /api/dashboards/db",
    "contact point": "POST /api/v1/provisioning/contact-points",
    "alert rules": f"PUT /api/v1/provisioning/folder/{FOLDER_UID}/rule-groups/latency",
}

every_version = pytest.mark.parametrize("major", [11, 12, 13])


def run(state, *, token="glsa_admin", slept=None, **more):
    patience = Patience(30.0, (slept if slept is not None else []).append, lambda _: None)
    with Grafana(address(state.url, token)) as client:
        return provision(client, boards(), patience, alerting=ALERTING, **more)


def actions(outcomes):
    return {each.action for each in outcomes}


@every_version
def test_everything_is_made_once_and_then_stays(major):
    with grafana(major=major) as state:
        assert actions(run(state)) == {"created"}
        writes = list(state.writes)
        assert actions(run(state)) == {"unchanged"}
        assert state.writes == writes


@every_version
@pytest.mark.parametrize("what", WRITES)
@pytest.mark.parametrize("status", [409, 412])
def test_what_another_did_at_the_same_time_is_seen_by_a_second_look(major, what, status):
    with grafana(major=major) as state:
        state.hiccups[WRITES[what]] = status
        slept = []
        assert actions(run(state, slept=slept)) == {"created"}
        assert slept == []


@every_version
def test_a_data_source_of_the_same_name_is_in_the_way_and_said_to_be(major):
    with grafana(major=major) as state:
        state.data_sources["mine"] = {"uid": "mine", "name": "Spanwise Prometheus"}
        with pytest.raises(GrafanaRefusedError, match="data source with the same name already exists"):
            run(state)


@every_version
@pytest.mark.parametrize("what", WRITES)
def test_a_fault_of_grafanas_own_is_said_with_its_words_and_not_waited_for(major, what):
    with grafana(major=major) as state:
        state.hiccups[WRITES[what]] = 500
        slept = []
        with pytest.raises(GrafanaRefusedError, match=r"failed to .*: .*; its log says why"):
            run(state, slept=slept)
        assert slept == []


@every_version
@pytest.mark.parametrize(
    ("token", "words"), [("glsa_wrong", "does not accept the token"), ("glsa_viewer", "needs the permission")]
)
def test_a_token_or_right_that_is_missing_is_named_and_nothing_is_written(major, token, words):
    with grafana(major=major) as state:
        with pytest.raises(GrafanaRefusedError, match=words):
            run(state, token=token)
        assert state.writes == []


@every_version
def test_rights_for_alerting_alone_may_be_missing(major):
    with grafana(major=major) as state:
        state.tokens["glsa_admin"] -= {"alert.provisioning:write"}
        with pytest.raises(GrafanaRefusedError, match=r"it needs the permission alert\.provisioning:write"):
            run(state)


@every_version
def test_a_wrong_path_is_said_to_be_no_grafana(major):
    with grafana(prefix="/grafana", major=major) as state:
        state.url = state.url.removesuffix("/grafana")
        with pytest.raises(GrafanaError, match="is not a Grafana; give the address that opens Grafana"):
            run(state)


@every_version
def test_a_slow_start_and_a_restart_in_the_middle_are_waited_for(major):
    with grafana(major=major) as state:
        state.away = [503, 502, 503]
        state.hiccups["POST /api/folders"] = 503
        slept = []
        assert actions(run(state, slept=slept)) == {"created"}
        assert slept == [0.25, 0.5, 1.0, 0.25]


def test_a_board_that_grafana_13_keeps_in_its_new_form_becomes_ours_again():
    with grafana(major=13) as state:
        run(state)
        state.new_form.add("spanwise-fleet")
        changed = [each for each in run(state, dry_run=True) if each.action == "to update"]
        assert [each.uid for each in changed] == ["spanwise-fleet"]
        run(state)
        assert actions(run(state)) == {"unchanged"}
