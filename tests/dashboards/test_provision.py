import pytest

from spanwise_dashboards.address import address
from spanwise_dashboards.alerting import Group
from spanwise_dashboards.catalogue import boards
from spanwise_dashboards.errors import GrafanaAwayError, GrafanaRefusedError
from spanwise_dashboards.grafana import Grafana
from spanwise_dashboards.provision import FOLDER_UID, Alerting, Patience, provision
from spanwise_dashboards.sources import PROMETHEUS, TRACES
from tests.support.grafana import grafana
from tests.support.prometheus import prometheus

BOARDS = boards()
EVERYTHING = 3 + len(BOARDS)
DATA_SOURCE_UID = PROMETHEUS.uid


RULES = [
    {"uid": f"spanwise-{name}", "title": name, "condition": "threshold", "data": [], "labels": {}, "for": "0s"}
    for name in ("slow", "dear")
]


def run(state, *, token="glsa_admin", wait_s=0.0, slept=None, told=None, **wanted):
    slept, told = [] if slept is None else slept, [] if told is None else told
    patience = Patience(wait_s, slept.append, told.append)
    with Grafana(address(state.url, token)) as client:
        return provision(client, BOARDS, patience, **wanted)


def actions(outcomes):
    return [each.action for each in outcomes]


def test_an_empty_grafana_gets_data_source_folder_and_boards():
    with grafana() as state:
        outcomes = run(state, prometheus_url="http://prometheus:9090", collector_url="http://collector:8750")
        assert actions(outcomes) == ["created"] * EVERYTHING
        assert state.data_sources[DATA_SOURCE_UID]["url"] == "http://prometheus:9090"
        assert state.data_sources[TRACES.uid]["url"] == "http://collector:8750"
        assert state.folders[FOLDER_UID]["title"] == "Spanwise"
        assert set(state.boards) == {board.uid for board in BOARDS}
        assert {board["meta"]["folderUid"] for board in state.boards.values()} == {FOLDER_UID}


def test_boards_open_with_our_data_sources():
    with grafana() as state:
        run(state)
        for board in state.boards.values():
            for variable in board["dashboard"]["templating"]["list"]:
                if variable["type"] == "datasource":
                    ours = {"prometheus": PROMETHEUS.uid, "jaeger": TRACES.uid}[variable["query"]]
                    assert variable["current"]["value"] == ours


def test_exemplars_lead_to_the_traces():
    with grafana() as state:
        run(state)
        (destination,) = state.data_sources[PROMETHEUS.uid]["jsonData"]["exemplarTraceIdDestinations"]
        assert destination == {"name": "trace_id", "datasourceUid": TRACES.uid}
        assert state.data_sources[TRACES.uid]["type"] == "jaeger"


def test_where_people_send_exemplars_themselves_is_left_to_them():
    with grafana() as state:
        run(state)
        own = [{"name": "trace_id", "datasourceUid": "tempo"}]
        state.data_sources[PROMETHEUS.uid]["jsonData"]["exemplarTraceIdDestinations"] = own
        assert actions(run(state)) == ["unchanged"] * EVERYTHING
        assert state.data_sources[PROMETHEUS.uid]["jsonData"]["exemplarTraceIdDestinations"] == own


def test_a_data_source_of_a_former_version_gets_the_link_to_traces():
    with grafana() as state:
        run(state)
        del state.data_sources[PROMETHEUS.uid]["jsonData"]["exemplarTraceIdDestinations"]
        assert actions(run(state))[0] == "updated"
        assert "exemplarTraceIdDestinations" in state.data_sources[PROMETHEUS.uid]["jsonData"]


def old_board(state, folder, tags):
    meta = {"folderUid": folder, "provisioned": False}
    state.boards["spanwise-old"] = {"meta": meta, "dashboard": {"title": "Old", "tags": tags, "id": 99, "version": 1}}


def test_a_board_that_is_not_shipped_any_more_is_removed_where_that_is_asked():
    with grafana() as state:
        run(state)
        old_board(state, FOLDER_UID, ["spanwise"])
        assert "spanwise-old" not in [each.uid for each in run(state)]
        assert run(state, prune=True, dry_run=True)[-1].action == "to remove"
        assert "spanwise-old" in state.boards
        last = run(state, prune=True)[-1]
        assert (last.uid, last.action) == ("spanwise-old", "removed")
        assert set(state.boards) == {board.uid for board in BOARDS}


@pytest.mark.parametrize(("folder", "tags"), [("", ["spanwise"]), (FOLDER_UID, ["mine"])])
def test_boards_of_others_are_never_removed(folder, tags):
    with grafana() as state:
        run(state)
        old_board(state, folder, tags)
        run(state, prune=True)
        assert "spanwise-old" in state.boards


def test_pruning_a_grafana_that_has_no_folder_of_ours_yet_removes_nothing():
    with grafana() as state:
        old_board(state, "", ["spanwise"])
        assert run(state, prune=True, dry_run=True)[-1].action == "to create"
        assert "spanwise-old" in state.boards


@pytest.mark.parametrize("url", [None, "http://prometheus:9090"])
def test_doing_it_again_changes_nothing(url):
    with grafana() as state:
        run(state, prometheus_url=url)
        writes = list(state.writes)
        assert actions(run(state, prometheus_url=url)) == ["unchanged"] * EVERYTHING
        assert state.writes == writes


def test_keys_that_grafana_adds_are_no_change():
    with grafana() as state:
        run(state)
        for board in state.boards.values():
            board["dashboard"] |= {"schemaVersion": 43, "fiscalYearStartMonth": 0}
            board["dashboard"]["panels"][1]["pluginVersion"] = "13.0.0"
        assert set(actions(run(state))) == {"unchanged"}


def test_a_board_that_somebody_changed_becomes_ours_again():
    with grafana() as state:
        run(state)
        board = state.boards[BOARDS[0].uid]
        del board["dashboard"]["panels"][-1]
        board["dashboard"]["version"] = 7
        assert actions(run(state)) == [*["unchanged"] * 3, "updated", *["unchanged"] * (len(BOARDS) - 1)]
        assert state.boards[BOARDS[0].uid]["dashboard"]["version"] == 8
        assert set(actions(run(state))) == {"unchanged"}


def test_a_board_in_another_folder_is_brought_back():
    with grafana() as state:
        run(state)
        state.boards[BOARDS[0].uid]["meta"]["folderUid"] = ""
        assert run(state)[3].action == "updated"
        assert state.boards[BOARDS[0].uid]["meta"]["folderUid"] == FOLDER_UID


def test_a_renamed_folder_keeps_its_name():
    with grafana() as state:
        run(state)
        state.folders[FOLDER_UID]["title"] = "Agents"
        assert run(state)[2].title == "Agents"
        assert state.folders[FOLDER_UID]["title"] == "Agents"


def test_another_prometheus_is_set_and_the_rest_of_the_data_source_kept():
    with grafana() as state:
        run(state, prometheus_url="http://old:9090")
        state.data_sources[DATA_SOURCE_UID]["jsonData"]["timeInterval"] = "30s"
        assert run(state, prometheus_url="http://new:9090")[0].action == "updated"
        source = state.data_sources[DATA_SOURCE_UID]
        assert source["url"] == "http://new:9090"
        assert source["jsonData"]["timeInterval"] == "30s"


def test_without_an_address_of_prometheus_the_data_source_keeps_its_own():
    with grafana() as state:
        run(state, prometheus_url="http://old:9090")
        assert run(state)[0].action == "unchanged"
        assert state.data_sources[DATA_SOURCE_UID]["url"] == "http://old:9090"


def test_a_data_source_from_a_file_is_left_alone_and_said_to_be_one():
    with grafana() as state:
        run(state, prometheus_url="http://old:9090")
        state.data_sources[DATA_SOURCE_UID]["readOnly"] = True
        assert run(state)[0].action == "unchanged"
        with pytest.raises(GrafanaRefusedError, match="comes from a file of Grafana's; change it there"):
            run(state, prometheus_url="http://new:9090")


def test_a_prometheus_that_does_not_answer_is_told(tmp_path):
    with grafana() as state:
        outcome = run(state, prometheus_url="http://127.0.0.1:1")[0]
        assert outcome.detail.startswith("http://127.0.0.1:1; Grafana's check of it: error")
    with grafana() as state, prometheus(tmp_path) as server:
        assert run(state, prometheus_url=server.url)[0].detail == server.url


def test_a_dry_run_only_reads():
    with grafana() as state:
        assert actions(run(state, dry_run=True)) == ["to create"] * EVERYTHING
        run(state)
        state.boards[BOARDS[0].uid]["dashboard"]["title"] = "Mine"
        writes = list(state.writes)
        outcomes = run(state, dry_run=True, prometheus_url="http://new:9090")
        assert actions(outcomes)[:4] == ["to update", "unchanged", "unchanged", "to update"]
        assert '-  "title": "Mine"' in outcomes[3].diff
        assert state.writes == writes


def test_a_slow_start_is_waited_for_and_told_once():
    with grafana() as state:
        state.away = [503, 503, 503]
        slept, told = [], []
        assert actions(run(state, wait_s=60, slept=slept, told=told)) == ["created"] * EVERYTHING
        assert slept == [0.25, 0.5, 1.0]
        assert len(told) == 1
        assert "Grafana is starting" in told[0]


def test_a_hiccup_in_the_middle_is_survived():
    with grafana() as state:
        state.hiccups["POST /api/dashboards/db"] = 502
        slept = []
        assert actions(run(state, wait_s=60, slept=slept)) == ["created"] * EVERYTHING
        assert slept == [0.25]


def test_waiting_ends_with_the_last_reason():
    with grafana() as state:
        pass
    slept = []
    with pytest.raises(GrafanaAwayError, match="Connection refused"):
        run(state, wait_s=10, slept=slept)
    assert sum(slept) == 10


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("glsa_wrong", "does not accept the token"),
        ("glsa_viewer", "needs the permission datasources:read, which the role Admin has"),
    ],
)
def test_a_refusal_is_not_waited_for(token, words):
    with grafana() as state:
        slept = []
        with pytest.raises(GrafanaRefusedError, match=words):
            run(state, token=token, wait_s=60, slept=slept)
        assert slept == []
        assert state.writes == []


def test_the_contact_point_and_the_rules_are_made_once_and_kept():
    alerting = Alerting("http://alerts:9093", [Group("llm / latency", 60, tuple(RULES))])
    with grafana() as state:
        assert actions(run(state, alerting=alerting, dry_run=True))[-2:] == ["to create", "to create"]
        assert actions(run(state, alerting=alerting))[-2:] == ["created", "created"]
        writes = list(state.writes)
        assert actions(run(state, alerting=alerting))[-2:] == ["unchanged", "unchanged"]
        assert state.writes == writes
        (group,) = state.rule_groups.values()
        assert (group["title"], group["interval"]) == ("llm / latency", 60)
        assert {rule["folderUID"] for rule in group["rules"]} == {FOLDER_UID}


def test_a_moved_alert_manager_is_followed_and_its_contact_point_keeps_its_uid():
    with grafana() as state:
        run(state, alerting=Alerting("http://old:9093"))
        assert run(state, alerting=Alerting("http://new:9093"))[-1].action == "updated"
        (point,) = state.contact_points.values()
        assert (point["uid"], point["settings"]["url"]) == ("spanwise-alerts", "http://new:9093")


def test_without_being_asked_for_nothing_of_grafanas_alerting_is_touched():
    with grafana() as state:
        run(state, prune=True)
        assert [path for _, path in state.requests if "/v1/provisioning" in path] == []


def test_rules_of_ours_that_are_in_no_group_any_more_are_removed_and_those_of_others_stay():
    both, one = (Alerting(None, [Group("g", 60, tuple(rules))]) for rules in (RULES, RULES[:1]))
    with grafana() as state:
        run(state, alerting=both)
        state.rule_groups["other", "theirs"] = {"rules": [{**RULES[0], "uid": "spanwise-x", "folderUID": "other"}]}
        state.rule_groups[FOLDER_UID, "mine"] = {
            "rules": [{**RULES[0], "uid": "m", "title": "m", "folderUID": FOLDER_UID}]
        }
        old = {**RULES[1], "uid": "spanwise-old", "title": "old", "folderUID": FOLDER_UID}
        state.rule_groups[FOLDER_UID, "former"] = {"rules": [old]}
        assert run(state, alerting=one, prune=True, dry_run=True)[-1].action == "to remove"
        assert [each.uid for each in run(state, alerting=one, prune=True) if each.action == "removed"] == [
            "spanwise-old"
        ]
        left = {rule["uid"] for group in state.rule_groups.values() for rule in group["rules"]}
        assert left == {"spanwise-slow", "spanwise-x", "m"}
