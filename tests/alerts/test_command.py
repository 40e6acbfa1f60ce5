from __future__ import annotations

import pytest

from spanwise_alerts.command import main

COMMANDS = ("run", "check", "test", "backtest", "list", "explain", "silence", "import", "export")


def test_help_has_every_command_and_examples(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    shown = capsys.readouterr().out
    assert "spanwise alerts check rules/*.yaml" in shown
    for name in COMMANDS:
        assert f"\n    {name} " in shown


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_says_what_it_does_and_shows_how(name: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit, match="0"):
        main([name, "--help"])
    shown = capsys.readouterr().out
    assert f"usage: spanwise alerts {name}" in shown
    assert f"  spanwise alerts {name} " in shown


def test_a_wrong_call_is_2(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit, match="2"):
        main(["nothing"])
    assert "invalid choice: 'nothing'" in capsys.readouterr().err
