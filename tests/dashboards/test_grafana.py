from importlib.metadata import version

import pytest
import urllib3

from spanwise_dashboards.address import address
from spanwise_dashboards.errors import GrafanaAwayError, GrafanaRefusedError
from spanwise_dashboards.grafana import Grafana
from tests.support.grafana import grafana


def connect(state, token="glsa_admin", url=None):
    return Grafana(address(url or state.url, token))


def test_urllib3_stays_itself():
    # grafana-client brings urllib3-future, whose wheel takes urllib3's place for the whole environment.
    assert urllib3.__version__ == version("urllib3")
    assert urllib3.__version__ != version("urllib3-future")


@pytest.mark.parametrize("prefix", ["", "/grafana"])
def test_a_grafana_that_runs_is_ready_also_below_a_path(prefix):
    with grafana(prefix=prefix) as state, connect(state) as client:
        client.check_ready()
        assert state.requests == [("GET", f"{prefix}/api/health")]


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_grafana_that_starts_or_is_overloaded_is_away(status):
    with grafana() as state, connect(state) as client:
        state.away = [status]
        with pytest.raises(GrafanaAwayError, match=r"cannot say how it is .*: .*starting"):
            client.check_ready()


def test_nobody_listening_is_away_with_the_systems_reason():
    with grafana() as state:
        url = state.url
    with connect(None, url=url) as client, pytest.raises(GrafanaAwayError, match=f"{url}/: Connection refused"):
        client.check_ready()


def test_a_server_that_is_no_grafana_is_said_to_be_none():
    with (
        grafana(prefix="/grafana") as state,
        connect(state, url=state.url.removesuffix("/grafana")) as client,
        pytest.raises(GrafanaRefusedError, match="is not a Grafana; give the address that opens Grafana"),
    ):
        client.check_ready()


def test_a_wrong_token_is_said_to_be_wrong_and_not_shown():
    with grafana() as state, connect(state, "glsa_secret") as client:
        with pytest.raises(GrafanaRefusedError, match="does not accept the token") as caught:
            client.folder("spanwise")
        assert "glsa_secret" not in str(caught.value)


def test_a_missing_right_is_named():
    with grafana() as state:
        with connect(state, "glsa_viewer") as client, pytest.raises(GrafanaRefusedError, match="folders:create"):
            client.create_folder("spanwise", "Spanwise")
        with connect(state, "glsa_editor") as client, pytest.raises(GrafanaRefusedError, match="datasources:read"):
            client.data_source("spanwise-prometheus")


def test_what_is_not_there_is_none():
    with grafana() as state, connect(state) as client:
        assert client.data_source("x") is None
        assert client.folder("x") is None
        assert client.board("x") is None


def test_a_refused_request_carries_grafanas_words():
    with grafana() as state, connect(state) as client:
        with pytest.raises(GrafanaRefusedError, match=r"refused to save the board 'B': .*folder not found"):
            client.save_board({"uid": "b", "title": "B"}, "nowhere")
        client.create_folder("spanwise", "Spanwise")
        with pytest.raises(GrafanaRefusedError, match="a folder with the same uid already exists"):
            client.create_folder("spanwise", "Spanwise")


def test_the_fault_of_a_data_source_is_told_not_raised():
    with grafana() as state, connect(state) as client:
        source = {"uid": "p", "name": "P", "type": "prometheus", "access": "proxy", "url": "http://127.0.0.1:1"}
        client.create_data_source(source)
        assert client.data_source_fault("p").startswith("error on post request: ")
        assert "Connection refused" in client.data_source_fault("p")
