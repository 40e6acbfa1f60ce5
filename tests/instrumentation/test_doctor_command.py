import json

import pytest

from spanwise import doctor_command


def test_help_says_that_nothing_leaves_the_machine(capsys):
    with pytest.raises(SystemExit) as stop:
        doctor_command.main(["--help"])
    assert stop.value.code == 0
    assert "Nothing leaves the machine" in capsys.readouterr().out


def test_tables_are_plain_without_a_terminal(capsys):
    assert doctor_command.main([]) == 0
    told = capsys.readouterr().out
    assert "openai 3." in told
    assert "Everything expected is captured." in told
    assert "\x1b" not in told


def test_json_is_for_programs(capsys):
    assert doctor_command.main(["--json"]) == 0
    assert json.loads(capsys.readouterr().out)["healthy"] is True


def test_what_is_not_captured_fails(monkeypatch, capsys):
    monkeypatch.setattr("spanwise.apis.registry.find", lambda *_: None)
    assert doctor_command.main([]) == 1
    assert "plain: 0 spans, expected 1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("OTEL_SDK_DISABLED", "true", "OTEL_SDK_DISABLED is true"),
        ("SPANWISE_STREAM_USAGE", "maybe", "SPANWISE_STREAM_USAGE: got 'maybe'"),
    ],
)
def test_tracing_that_cannot_begin_is_told(monkeypatch, capsys, name, value, told):
    monkeypatch.setenv(name, value)
    assert doctor_command.main([]) == 2
    assert told in capsys.readouterr().err
