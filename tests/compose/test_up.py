"""The command `spanwise up`, as a process."""

import contextlib
import json
import re
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.request
from pathlib import Path

import pytest

from spanwise_stack.up import main
from tests.support.otlp import traffic

SPANWISE = Path(sysconfig.get_path("scripts")) / "spanwise"
FREE = [part for flag in ("--otlp-http", "--otlp-grpc", "--http", "--alerts") for part in (flag, "127.0.0.1:0")]
READY_S = 60


@contextlib.contextmanager
def running(*flags):
    """Start the command and give its process and its lines up to the one that names the data folder."""
    process = subprocess.Popen(
        [SPANWISE, "up", *FREE, *flags], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        head = []
        while not head or not head[-1].startswith("  data"):
            line = process.stdout.readline()
            assert line, process.stderr.read()
            head.append(line)
        yield process, "".join(head)
    finally:
        process.kill()
        process.communicate()


def address(head, name):
    return re.search(rf"{name} +http://([\d.:]+)", head)[1]


def post(url, body):
    request = urllib.request.Request(url, body, {"content-type": "application/x-protobuf"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.status


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly_and_no_span_is_lost(tmp_path, number):
    with running("--data", str(tmp_path)) as (process, head):
        assert re.match(r"ready in \d+\.\d\d s", head)
        for seed in range(3):
            body, _ = traffic(seed=seed, spans=200, now_ns=time.time_ns())
            assert post(f"http://{address(head, 'send spans to')}/v1/traces", body) == 200
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "stopped: 600 spans acknowledged, 600 stored, 0 rejected, 0 duplicate; 0 spans lost" in out
    assert err == ""


def test_what_was_acknowledged_is_there_after_the_next_start(tmp_path):
    body, truth = traffic(seed=1, spans=200, now_ns=time.time_ns())
    with running("--data", str(tmp_path)) as (process, head):
        post(f"http://{address(head, 'send spans to')}/v1/traces", body)
        process.kill()
    with running("--data", str(tmp_path)) as (_, head):
        url = f"http://{address(head, 'metrics')}/api/v1/measure?measure=llm.calls&stat=count&window=10m"
        with urllib.request.urlopen(url, timeout=30) as answer:
            assert json.load(answer)["series"][0]["value"] == len(truth.llm)


def test_it_ends_by_itself_after_the_time_it_was_given(tmp_path):
    ended = subprocess.run(
        [SPANWISE, "up", *FREE, "--data", tmp_path, "--for", "0s"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 0
    assert "0 spans lost" in ended.stdout


def test_it_goes_on_when_nobody_reads_its_lines(tmp_path):
    with running("--data", str(tmp_path)) as (process, head):
        process.stdout.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        assert process.stderr.read() == ""
        process.stdout = open("/dev/null")  # noqa: SIM115, PTH123 communicate() closes it
    assert head


def test_a_port_in_use_is_told_with_its_flag_and_status_1(tmp_path, capsys):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        taken = f"127.0.0.1:{listener.getsockname()[1]}"
        assert main([*FREE, "--data", str(tmp_path), "--http", taken]) == 1
    told = f"spanwise up: {taken} is in use by another program; --http HOST:PORT moves it (port 0 takes a free one)\n"
    assert capsys.readouterr().err == told


def test_a_folder_that_cannot_be_written_is_told(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main([*FREE, "--data", str(tmp_path / "file" / "below")]) == 1
    assert f"spanwise up: {tmp_path}/file/below cannot be written: Not a directory" in capsys.readouterr().err


def test_every_fault_of_the_file_is_told_one_a_line(tmp_path, capsys):
    file = tmp_path / "spanwise.yaml"
    file.write_text("collectr: {}\nalerts: {interval: fast}")
    assert main(["--config", str(file)]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(f"spanwise up: {file}: collectr: unknown key")
    assert lines[1].startswith(f"spanwise up: {file}: alerts.interval: got 'fast', expected a duration")


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--http", "8750"], "argument --http: expected \"HOST:PORT\" with a port from 0 to 65535, got '8750'"),
        (["--http", "a:99999"], "argument --http"),
        (["--for", "soon"], "argument --for: got 'soon', expected a duration with its unit"),
        (["--nothing"], "unrecognized arguments: --nothing"),
    ],
)
def test_a_flag_that_makes_no_sense_is_told_with_what_was_expected(flags, told, capsys):
    with pytest.raises(SystemExit) as ended:
        main(flags)
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_help_teaches_by_example_and_is_quick_to_import():
    shown = subprocess.run([SPANWISE, "up", "--help"], capture_output=True, text=True, timeout=60, check=True).stdout
    assert "spanwise up --demo" in shown
    code = (
        "import sys, spanwise_stack.up; print({'polars', 'fastapi', 'sqlalchemy', 'grpc', 'rich'} & set(sys.modules))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert loaded.stdout == "set()\n"
