import pytest

from spanwise_dashboards.address import address
from spanwise_dashboards.catalogue import boards
from spanwise_dashboards.errors import GrafanaAwayError, GrafanaRefusedError
from spanwise_dashboards.grafana import Grafana
from spanwise_dashboards.provision import DATA_SOURCE_UID, FOLDER_UID, Patience, provision
from tests.support.grafana import grafana
from tests.support.prometheus import prometheus

BOARDS = boards()
EVERYTHING = 2 + len(BOARDS)


def run(state, *, token="glsa_admin", prometheus_url=None, dry_run=False, wait_s=0.0, slept=None, told=None):
    slept, told = [] if slept is None else slept, [] if told is None else told
    patience = Patience(wait_s, slept.append, told.append)
    with Grafana(address(state.url, token)) as client:
        return provision(client, BOARDS, patience, prometheus_url=prometheus_url, dry_run=dry_run)


def actions(outcomes):
    return [each.action for each in outcomes]


def test_an_empty_grafana_gets_data_source_folder_and_boards():
    with grafana() as state:
        outcomes = run(state, prometheus_url="http://prometheus:9090")
        assert actions(outcomes) == ["created"] * EVERYTHING
        assert state.data_sources[DATA_SOURCE_UID]["url"] == "http://prometheus:9090"
        assert state.folders[FOLDER_UID]["title"] == "Spanwise"
        assert set(state.boards) == {board.uid for board in BOARDS}
        assert {board["meta"]["folderUid"] for board in state.boards.values()} == {FOLDER_UID}


def test_boards_open_with_our_data_source():
    with grafana() as state:
        run(state)
        for board in state.boards.values():
            source = board["dashboard"]["templating"]["list"][0]
            assert source["current"]["value"] == DATA_SOURCE_UID


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
        assert actions(run(state)) == ["unchanged", "unchanged", "updated", *["unchanged"] * (len(BOARDS) - 1)]
        assert state.boards[BOARDS[0].uid]["dashboard"]["version"] == 8
        assert set(actions(run(state))) == {"unchanged"}


def test_a_board_in_another_folder_is_brought_back():
    with grafana() as state:
        run(state)
        state.boards[BOARDS[0].uid]["meta"]["folderUid"] = ""
        assert run(state)[2].action == "updated"
        assert state.boards[BOARDS[0].uid]["meta"]["folderUid"] == FOLDER_UID


def test_a_renamed_folder_keeps_its_name():
    with grafana() as state:
        run(state)
        state.folders[FOLDER_UID]["title"] = "Agents"
        assert run(state)[1].title == "Agents"
        assert state.folders[FOLDER_UID]["title"] == "Agents"


def test_another_prometheus_is_set_and_the_rest_of_the_data_source_kept():
    with grafana() as state:
        run(state, prometheus_url="http://old:9090")
        state.data_sources[DATA_SOURCE_UID]["jsonData"]["timeInterval"] = "30s"
        assert run(state, prometheus_url="http://new:9090")[0].action == "updated"
        source = state.data_sources[DATA_SOURCE_UID]
        assert source["url"] == "http://new:9090"
        assert source["jsonData"] == {"httpMethod": "POST", "timeInterval": "30s"}


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
        assert actions(outcomes)[:3] == ["to update", "unchanged", "to update"]
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
