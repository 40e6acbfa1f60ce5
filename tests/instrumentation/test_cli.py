import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from spanwise import cli


def test_help_lists_each_command_with_its_summary(capsys):
    assert cli.main(["--help"]) == 0
    told = capsys.readouterr().out
    assert "run" in told
    assert "Run a Python program with tracing on; the program itself is not changed." in told


def test_version_is_the_distributions(capsys):
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"spanwise {version('spanwise')}\n"


def test_no_command_teaches_and_fails(capsys):
    assert cli.main([]) == 2
    assert "spanwise run python app.py" in capsys.readouterr().out


@pytest.mark.parametrize(("typed", "hint"), [("rum", "did you mean `spanwise run`?"), ("zzzzzz", "expected one of ")])
def test_unknown_command_is_told_with_the_nearest_one(capsys, typed, hint):
    assert cli.main([typed]) == 2
    told = capsys.readouterr().err
    assert f"command: got {typed!r}" in told
    assert hint in told


def test_commands_own_help_is_reached(capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(["run", "--help"])
    assert stop.value.code == 0
    assert "examples:" in capsys.readouterr().out


def test_part_that_cannot_be_imported_does_not_hide_the_others(monkeypatch, capsys):
    from importlib.metadata import EntryPoint

    broken = EntryPoint("broken", "no_such_module:main", "spanwise.commands")
    good = EntryPoint("run", "spanwise.run_command:main", "spanwise.commands")
    monkeypatch.setattr(cli, "entry_points", lambda group: [broken, good] if group == "spanwise.commands" else [])
    assert cli.main(["--help"]) == 0
    told = capsys.readouterr().out
    assert "not available: No module named 'no_such_module'" in told
    assert "Run a Python program" in told


def test_a_reader_that_has_seen_enough_is_no_fault():
    command = f"{Path(sys.executable).with_name('spanwise')} config | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("#")
    assert done.stderr == ""
