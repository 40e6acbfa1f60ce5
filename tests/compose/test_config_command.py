"""The command `spanwise config`."""

import yaml

from spanwise_stack.config_command import main


def test_it_prints_a_file_that_its_check_accepts(tmp_path, capsys):
    assert main([]) == 0
    file = tmp_path / "spanwise.yaml"
    file.write_text(capsys.readouterr().out)
    assert yaml.safe_load(file.read_text())["collector"]["http"] == "127.0.0.1:8750"
    assert main(["--check", str(file)]) == 0
    assert capsys.readouterr().out == f"{file}: ok; rules: 0, receivers: 0\n"


def test_a_faulty_file_is_told_with_status_1(tmp_path, capsys):
    file = tmp_path / "spanwise.yaml"
    file.write_text("collectr: {}\nalerts: {htp: 1}")
    assert main(["--check", str(file)]) == 1
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 2
    assert told[0].startswith(f"{file}: collectr: unknown key")
    assert told[1].startswith(f"{file}: alerts.htp: unknown key")
