import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from spanwise import run_command

SPANWISE = str(Path(sys.executable).parent / "spanwise")
AGENT = """
import sys, openai
client = openai.OpenAI(api_key="none", base_url=sys.argv[1])
for _ in client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "hi"}], stream=True):
    pass
client.chat.completions.create(model="gpt-4o", messages=[])
assert __name__ == "__main__"
print(sys.argv[2:])
sys.exit(7)
"""


def spanwise(*args: str, cwd: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": os.environ["PATH"], **(env or {})}
    return subprocess.run(
        [SPANWISE, "run", *args], cwd=cwd, env=environ, capture_output=True, text=True, timeout=90, check=False
    )


@pytest.mark.parametrize(
    "form",
    [["python", "agent.py"], ["agent.py"], ["-m", "agent"], [sys.executable, "agent.py"], ["--", "python", "agent.py"]],
)
def test_program_is_traced_and_keeps_its_arguments_and_exit_code(tmp_path, provider, otlp, form):
    (tmp_path / "agent.py").write_text(AGENT)
    done = spanwise(
        "--service", "planner", "--endpoint", otlp.endpoint, *form, provider.base_url, "--flag", "-m", cwd=tmp_path
    )
    assert done.stderr == ""
    assert done.stdout == "['--flag', '-m']\n"
    assert done.returncode == 7
    assert otlp.names() == ["chat gpt-4o", "chat gpt-4o"]
    assert otlp.services() == {"planner"}
    (scope,) = {scope.scope.name for export in otlp.exports for scope in export.resource_spans[0].scope_spans}
    assert scope == "spanwise"


def test_service_is_named_after_the_script_and_children_are_traced_too(tmp_path, provider, otlp):
    (tmp_path / "child.py").write_text(AGENT)
    parent = """
import subprocess, sys
raise SystemExit(subprocess.run([sys.executable, 'child.py', *sys.argv[1:]]).returncode)
"""
    (tmp_path / "parent.py").write_text(parent)
    done = spanwise("--endpoint", otlp.endpoint, "parent.py", provider.base_url, cwd=tmp_path)
    assert done.returncode == 7
    assert otlp.services() == {"child"}


def test_provider_that_the_program_sets_itself_is_joined(tmp_path, provider, otlp):
    program = """
import sys, httpx2
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor
own = TracerProvider()
own.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter(formatter=lambda span: span.name)))
trace.set_tracer_provider(own)
httpx2.post(sys.argv[1] + "/chat/completions", json={"model": "gpt-4o"})
"""
    (tmp_path / "app.py").write_text(program)
    done = spanwise("--endpoint", otlp.endpoint, "app.py", provider.base_url, cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("chat gpt-4o", "")
    assert otlp.exports == []


def test_signals_reach_the_program_itself(tmp_path):
    program = "import os, signal; print('up', flush=True); os.kill(os.getpid(), signal.SIGTERM); signal.pause()"
    (tmp_path / "app.py").write_text(program)
    assert spanwise("app.py", cwd=tmp_path).returncode == -signal.SIGTERM


def test_program_runs_where_the_collector_is_away_or_the_configuration_is_wrong(tmp_path):
    (tmp_path / "app.py").write_text("print('ran')")
    assert spanwise("--endpoint", "http://127.0.0.1:1", "app.py", cwd=tmp_path).stdout == "ran\n"
    done = spanwise("app.py", cwd=tmp_path, env={"SPANWISE_STREAM_USAGE": "maybe"})
    assert (done.stdout, done.returncode) == ("ran\n", 0)
    assert "SPANWISE_STREAM_USAGE: got 'maybe'" in done.stderr
    assert "Traceback" not in done.stderr


def test_unknown_program_is_told_and_has_the_shells_exit_status(tmp_path):
    done = spanwise("no-such-program", cwd=tmp_path)
    assert done.returncode == 127
    assert "program: got 'no-such-program', expected a script or a command on PATH" in done.stderr


def test_nothing_to_run_is_told(capsys):
    with pytest.raises(SystemExit) as stop:
        run_command.main([])
    assert stop.value.code == 2
    assert "program: got nothing" in capsys.readouterr().err


def test_console_script_beside_our_python_is_found_without_activation(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run_command._command(["ruff", "x"]) == [str(Path(sys.executable).parent / "ruff"), "x"]
    assert run_command._command(["/bin/true"]) == ["/bin/true"]
