from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from spanwise_alerts.adopt.reader import config_of
from spanwise_alerts.command import main
from spanwise_alerts.commands.sections import read_alerts
from tests.alerts.adopt.test_reader import FILE, written


def test_what_is_shown_has_no_secrets_and_what_is_written_is_whole_and_for_its_owner(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path, output = written(tmp_path), tmp_path / "spanwise.yaml"
    assert main(["import", str(path)]) == 0
    shown = capsys.readouterr()
    assert "pw" not in shown.out
    assert "http://h/x" not in shown.out
    assert yaml.safe_load(shown.out)["alerts"]["receivers"][1]["webhook"]["url"] == "***"
    assert "--output FILE writes them" in shown.err
    assert main(["import", str(path), "--output", str(output)]) == 0
    assert output.stat().st_mode & 0o777 == 0o600
    assert read_alerts(output) == config_of(path, "am.yml").model_copy(update={"default_rules": False})


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    output = tmp_path / "spanwise.yaml"
    output.write_text("mine")
    assert main(["import", str(written(tmp_path)), "--output", str(output)]) == 1
    assert f"{output} cannot be written: File exists" in capsys.readouterr().err
    assert output.read_text() == "mine"


def test_what_cannot_be_honoured_is_said_and_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path, output = written(tmp_path, FILE + "templates: [x]\n"), tmp_path / "spanwise.yaml"
    assert main(["import", str(path), "--output", str(output)]) == 1
    assert f"{path}: templates: cannot be honoured here" in capsys.readouterr().err
    assert not output.exists()
