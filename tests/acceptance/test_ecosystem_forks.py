"""Processes that a traced program forks or spawns: each span is told once, by the process in which it began."""

import subprocess
import sys

import pytest

from tests.matrix.receiver import receive
from tests.support import provider as provider_server
from tests.support.server import SCRIPTS

# Spans leave when a process ends, or not at all.
WAITS = {"OTEL_BSP_SCHEDULE_DELAY": "600000"}
CALL = """
import os, sys
import httpx2
import spanwise

def call(name="m"):
    httpx2.post(os.environ["PROVIDER"] + "/chat/completions", json={"model": name, "messages": []})
"""


def told(tmp_path, program, *before, **more):
    """Run a program; give the names of the spans that were told, and check that none came twice."""
    (tmp_path / "app.py").write_text(CALL + program)
    with provider_server.serve() as provider, receive() as receiver:
        environ = {**WAITS, "PROVIDER": provider.base_url, "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint, **more}
        done = subprocess.run(
            [*(before or (str(SCRIPTS / "spanwise"), "run", "python")), "app.py"],
            cwd=tmp_path,
            env=environ,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        spans = [
            span
            for export in receiver.exports
            for resource in export.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]
    assert len({span.span_id for span in spans}) == len(spans)
    return sorted(span.name for span in spans)


def test_child_of_a_bare_fork_tells_its_own_calls_and_not_those_that_wait_in_its_parent(tmp_path):
    program = """
call("parent")
pid = os.fork()
call("child" if pid == 0 else "parent")
if pid:
    os.waitpid(pid, 0)
"""
    assert told(tmp_path, program) == ["chat child", "chat parent", "chat parent"]


def test_scope_around_a_fork_is_told_by_the_parent_alone(tmp_path):
    program = """
with spanwise.agent("lead"):
    pid = os.fork()
    if pid == 0:
        call("child")
        sys.exit(0)
    os.waitpid(pid, 0)
"""
    assert told(tmp_path, program) == ["chat child", "invoke_agent lead"]


def test_stream_that_is_open_at_a_fork_is_told_by_the_parent_alone(tmp_path):
    program = """
client = httpx2.Client()
asked = client.build_request(
    "POST", os.environ["PROVIDER"] + "/chat/completions", json={"model": "m", "messages": [], "stream": True}
)
response = client.send(asked, stream=True)
pid = os.fork()
if pid:
    os.waitpid(pid, 0)
    response.read()
"""
    assert told(tmp_path, program) == ["chat m"]


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_children_of_multiprocessing_tell_their_calls(tmp_path, method):
    program = f"""
import multiprocessing
if __name__ == "__main__":
    call("parent")
    context = multiprocessing.get_context({method!r})
    children = [context.Process(target=call, args=("child",)) for _ in range(3)]
    for child in children:
        child.start()
    for child in children:
        child.join()
        assert child.exitcode == 0
"""
    assert told(tmp_path, program) == ["chat child"] * 3 + ["chat parent"]


def test_workers_of_a_process_pool_tell_their_calls(tmp_path):
    program = """
import concurrent.futures
if __name__ == "__main__":
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        list(pool.map(call, ["a", "b", "c", "d"]))
"""
    assert told(tmp_path, program) == ["chat a", "chat b", "chat c", "chat d"]


def test_forks_amid_the_calls_of_many_threads_end_and_tell_every_call(tmp_path):
    # Clients without TLS: what httpx2 imports and OpenSSL locks at a fork in another thread stays locked in the child.
    program = """
import faulthandler, threading, time
import urllib3
ends = threading.Event()
made = []

def ask(pool, name):
    pool.request("POST", os.environ["PROVIDER"] + "/chat/completions", json={"model": name, "messages": []})

def work():
    pool = urllib3.PoolManager()
    while not ends.is_set():
        ask(pool, "thread")
        made.append(1)

threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
while len(made) < 20:  # until nothing is imported any more: Python's own import locks do not survive a fork
    time.sleep(0.01)
for _ in range(20):
    pid = os.fork()
    if pid == 0:
        faulthandler.dump_traceback_later(30, exit=True)
        ask(urllib3.PoolManager(), "child")
        spanwise.uninstrument()
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
ends.set()
for thread in threads:
    thread.join()
open("made", "w").write(str(len(made)))
"""
    # Spans of the threads leave at once and often, so that a fork meets every lock of an export.
    names = told(tmp_path, program, OTEL_BSP_SCHEDULE_DELAY="1")
    assert names.count("chat child") == 20
    assert names.count("chat thread") == int((tmp_path / "made").read_text())


def test_program_that_turns_tracing_on_itself_is_told_alike(tmp_path):
    program = """
spanwise.instrument()
call("parent")
pid = os.fork()
if pid == 0:
    call("child")
    sys.exit(0)
os.waitpid(pid, 0)
"""
    assert told(tmp_path, program, sys.executable) == ["chat child", "chat parent"]
