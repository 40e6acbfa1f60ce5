import json
import subprocess
import sys
from pathlib import Path

import pytest

from spanwise_alerts.command import main as alerts
from spanwise_dashboards import catalogue
from spanwise_dashboards.catalogue import boards
from spanwise_dashboards.command import main
from tests.support.grafana import grafana

EXAMPLES = Path(__file__).parents[2] / "examples/rules"


def export(arguments):
    """Run `spanwise alerts export`; its exit status."""
    return alerts(["export", *arguments])


@pytest.fixture
def token(tmp_path):
    file = tmp_path / "token"
    file.write_text("glsa_admin\n")
    return file


def test_render_writes_one_file_a_board(tmp_path, capsys):
    assert main(["render", "--out", str(tmp_path)]) == 0
    assert capsys.readouterr().out.split() == [str(tmp_path / f"{board.uid}.json") for board in boards()]


def test_check_is_quiet_when_the_files_are_fresh(capsys):
    assert main(["check"]) == 0
    assert capsys.readouterr().out == ""


def test_check_fails_with_a_diff_when_a_file_is_stale(tmp_path, capsys, monkeypatch):
    main(["render", "--out", str(tmp_path)])
    stale = tmp_path / "spanwise-fleet.json"
    stale.write_text(stale.read_text().replace('"refresh": "30s"', '"refresh": "5s"'))
    capsys.readouterr()
    monkeypatch.setattr(catalogue, "FILES", tmp_path)
    assert main(["check"]) == 1
    said = capsys.readouterr()
    assert '-  "refresh": "5s"' in said.out
    assert "run: spanwise dashboards render" in said.err


def test_provision_says_what_it_did(token, capsys):
    with grafana() as state:
        asked = ["provision", "--grafana", state.url, "--token-file", str(token)]
        assert main(asked) == 0
        first = capsys.readouterr().out
        assert main(asked) == 0
        second = capsys.readouterr().out
    assert first.count("created") == 3 + len(boards())
    assert second.count("unchanged") == 3 + len(boards())
    assert "Spanwise / Fleet overview" in second
    assert "glsa_" not in first + second


def test_provision_answers_json(capsys):
    with grafana() as state:
        assert main(["provision", "--grafana", state.url, "--token", "glsa_admin", "--dry-run", "--json"]) == 0
        answer = json.loads(capsys.readouterr().out)
        assert answer["grafana"] == f"{state.url}/"
        assert answer["dry_run"] is True
        assert [each["kind"] for each in answer["outcomes"]][:4] == ["data source", "data source", "folder", "board"]
        assert {each["action"] for each in answer["outcomes"]} == {"to create"}
        assert state.writes == []


def test_provision_fails_with_one_line_when_the_token_is_wrong(capsys):
    with grafana() as state:
        assert main(["provision", "--grafana", state.url, "--token", "glsa_secret"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "does not accept the token" in said.err
    assert "glsa_secret" not in said.err


def test_provision_fails_with_the_reason_when_nobody_listens(capsys):
    with grafana() as state:
        pass
    assert main(["provision", "--grafana", state.url, "--token", "glsa_x", "--wait", "0"]) == 1
    assert f"cannot reach Grafana at {state.url}/: Connection refused" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--grafana", "localhost:3000", "--token", "x"], "grafana: 'localhost:3000'; expected http(s)://"),
        (["--grafana", "http://h", "--token", "x", "--prometheus", "h:9090"], "prometheus: 'h:9090'; expected"),
        (["--grafana", "http://h", "--token-file", "/nowhere"], "token-file: cannot read '/nowhere': No such file"),
        (["--grafana", "http://h", "--token", "x", "--alertmanager", "h:9093"], "alertmanager: 'h:9093'; expected"),
        (["--grafana", "http://h", "--token", "x", "--rules", "/nowhere"], "rules: cannot read '/nowhere'"),
        (["--grafana", "http://h"], "one of the arguments --token --token-file is required"),
    ],
)
def test_wrong_arguments_are_named_with_what_is_expected(arguments, words, capsys):
    with pytest.raises(SystemExit) as caught:
        main(["provision", *arguments])
    assert caught.value.code == 2
    assert words in capsys.readouterr().err


def test_the_command_is_cheap_to_import():
    heavy = "{'grafana_client', 'rich', 'niquests', 'spanwise_dashboards.boards.fleet'}"
    code = f"import sys, spanwise_dashboards.command; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_files_for_grafanas_own_provisioning_are_written(tmp_path, capsys):
    assert main(["files", "--out", str(tmp_path), "--collector", "http://collector:8750"]) == 0
    written = capsys.readouterr().out.split()
    assert len(written) == 2 + len(boards())
    assert "http://collector:8750" in (tmp_path / "datasources/spanwise.yaml").read_text()


@pytest.mark.parametrize("argument", ["--prometheus", "--collector"])
def test_a_wrong_address_is_named(argument, tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["files", "--out", str(tmp_path), argument, "collector:8750"])
    assert f"{argument.removeprefix('--')}: 'collector:8750'; expected http(s)://" in capsys.readouterr().err


def test_a_dry_run_shows_what_would_change_in_a_board(token, capsys):
    with grafana() as state:
        asked = ["provision", "--grafana", state.url, "--token-file", str(token)]
        main(asked)
        state.boards["spanwise-fleet"]["dashboard"]["refresh"] = "5s"
        capsys.readouterr()
        assert main([*asked, "--dry-run"]) == 0
    shown = capsys.readouterr().out
    assert '-  "refresh": "5s"' in shown
    assert '+  "refresh": "30s"' in shown


def test_rules_that_prometheus_could_judge_are_given_to_grafana(token, tmp_path, capsys):
    rules = tmp_path / "rules.yml"
    exported = export(["--prometheus", "--output", str(rules), str(EXAMPLES / "latency.yaml")])
    assert exported == 0
    with grafana() as state:
        asked = ["provision", "--grafana", state.url, "--token-file", str(token), "--rules", str(rules)]
        assert main([*asked, "--alertmanager", "http://alerts:9093"]) == 0
        assert main([*asked, "--alertmanager", "http://alerts:9093"]) == 0
        assert len(state.rule_groups) > 1
        assert [each["settings"]["url"] for each in state.contact_points.values()] == ["http://alerts:9093"]
    second = capsys.readouterr().out.rpartition("Grafana at")[2]
    assert "created" not in second
    assert "updated" not in second
