"""Web servers that fork or spawn their workers: each call is told once, also what waits when they stop."""

import signal
import time
import urllib.error
import urllib.request

import pytest

from tests.matrix.receiver import receive
from tests.support import provider as provider_server
from tests.support.server import DEADLINE_S, serving

CALLS = 12
# Spans leave when a process ends, or not at all.
WAITS = {"OTEL_BSP_SCHEDULE_DELAY": "600000", "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS": "process"}
CALL = """
import os
import httpx2

def call():
    httpx2.post(os.environ["PROVIDER"] + "/chat/completions", json={"model": "gpt-4o", "messages": []})
    return str(os.getpid()).encode()

if os.environ.get("EARLY"):
    call()
"""
WSGI = (
    CALL
    + """
def app(environ, start_response):
    said = call()
    start_response("200 OK", [("content-type", "text/plain"), ("content-length", str(len(said)))])
    return [said]
"""
)
ASGI = (
    CALL
    + """
import asyncio

async def app(scope, receive, send):
    if scope["type"] == "http":
        said = await asyncio.to_thread(call)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": said})
"""
)


def told_by_process(receiver):
    """The span ids of each process, by the pid of its resource."""
    found: dict[int, list[bytes]] = {}
    for export in receiver.exports:
        for resource in export.resource_spans:
            (pid,) = [each.value.int_value for each in resource.resource.attributes if each.key == "process.pid"]
            spans = [span for scope in resource.scope_spans for span in scope.spans]
            assert {span.name for span in spans} == {"chat gpt-4o"}
            found.setdefault(pid, []).extend(span.span_id for span in spans)
    return found


def ask_until_each_worker_answered(address, workers):
    """The pids that answered, one a call."""
    pids: list[int] = []
    end_s = time.monotonic() + DEADLINE_S
    while len(pids) < CALLS or len(set(pids)) < workers:
        assert time.monotonic() < end_s
        try:
            with urllib.request.urlopen(address, timeout=DEADLINE_S) as answer:
                pids.append(int(answer.read()))
        except urllib.error.URLError:  # uvicorn tells its address before its workers listen
            time.sleep(0.05)
    return pids


def play(tmp_path, command, source, workers, **more):
    """Run a server, ask it, stop it; give the calls of each process as they were made, and as they were told."""
    (tmp_path / "web.py").write_text(source)
    with provider_server.serve() as provider, receive() as receiver:
        environ = {**WAITS, "PROVIDER": provider.base_url, "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint, **more}
        with serving("spanwise", "run", *command, cwd=tmp_path, environ=environ) as server:
            pids = ask_until_each_worker_answered(server.address, workers)
            status = server.stop()
        told = told_by_process(receiver)
    ids = [span_id for each in told.values() for span_id in each]
    assert len(ids) == len(set(ids))
    assert status in {0, -signal.SIGTERM}, "".join(server.said)
    assert "Traceback" not in "".join(server.said)
    return {pid: pids.count(pid) for pid in set(pids)}, {pid: len(each) for pid, each in told.items()}


@pytest.mark.parametrize("kind", ["sync", "gthread"])
def test_gunicorn_workers_tell_each_call_once(tmp_path, kind):
    command = ["gunicorn", "--bind", "127.0.0.1:0", "--workers", "2", "--worker-class", kind, "web:app"]
    made, told = play(tmp_path, command, WSGI, 2)
    assert told == made


def test_gunicorn_that_traced_before_it_forked_tells_each_call_once(tmp_path):
    command = ["gunicorn", "--bind", "127.0.0.1:0", "--workers", "2", "--preload", "web:app"]
    made, told = play(tmp_path, command, WSGI, 2, EARLY="1")
    (master,) = told.keys() - made.keys()
    assert told.pop(master) == 1
    assert told == made


@pytest.mark.parametrize("kind", ["asgi", "uvicorn.workers.UvicornWorker"])
def test_gunicorn_with_an_asynchronous_worker_tells_each_call_once(tmp_path, kind):
    command = ["gunicorn", "--bind", "127.0.0.1:0", "--workers", "2", "--worker-class", kind, "web:app"]
    made, told = play(tmp_path, command, ASGI, 2)
    assert told == made


def test_uvicorn_tells_what_waits_when_a_signal_stops_it(tmp_path):
    made, told = play(tmp_path, ["uvicorn", "--port", "0", "web:app"], ASGI, 1)
    assert told == made


def test_uvicorn_workers_tell_each_call_once(tmp_path):
    made, told = play(tmp_path, ["uvicorn", "--port", "0", "--workers", "2", "web:app"], ASGI, 2)
    assert told == made
