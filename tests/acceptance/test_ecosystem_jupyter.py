"""A real Jupyter kernel: tracing is turned on in a cell, again in another, and after a restart."""

import contextlib
import queue
import time

import pytest
from jupyter_client.manager import start_new_kernel

from tests.matrix.receiver import receive
from tests.support import provider as provider_server

DEADLINE_S = 90
CALL = """
import os, httpx2
async with httpx2.AsyncClient() as client:
    await client.post(os.environ["PROVIDER"] + "/chat/completions", json={"model": "gpt-4o", "messages": []})
"""
ON = "import spanwise\nspanwise.instrument()\n"


def run(client, cell):
    """Run a cell; give what it printed. An error in it is an error here."""
    asked = client.execute(cell)
    said = []
    end_s = time.monotonic() + DEADLINE_S
    while True:
        with contextlib.suppress(queue.Empty):
            message = client.get_iopub_msg(timeout=max(0.1, end_s - time.monotonic()))
            if message["parent_header"].get("msg_id") != asked:
                continue
            kind, content = message["msg_type"], message["content"]
            assert kind != "error", "\n".join(content["traceback"])
            if kind == "stream":
                said.append(content["text"])
            if kind == "status" and content["execution_state"] == "idle":
                return "".join(said)
        assert time.monotonic() < end_s


def told(receiver):
    services = {
        attribute.value.string_value
        for export in receiver.exports
        for resource in export.resource_spans
        for attribute in resource.resource.attributes
        if attribute.key == "service.name"
    }
    return [span.name for span in receiver.spans()], services


@pytest.mark.parametrize(
    ("session", "service"), [({}, "notebook"), ({"JPY_SESSION_NAME": "/home/me/planner.ipynb"}, "planner")]
)
def test_cells_are_traced_once_under_the_notebooks_name_also_after_a_restart(monkeypatch, session, service):
    with provider_server.serve() as provider, receive() as receiver:
        monkeypatch.setenv("PROVIDER", provider.base_url)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint)
        monkeypatch.delenv("OTEL_SERVICE_NAME", raising=False)
        for name, value in session.items():
            monkeypatch.setenv(name, value)
        manager, client = start_new_kernel(kernel_name="python3", startup_timeout=DEADLINE_S)
        try:
            assert run(client, ON + ON) == ""
            assert run(client, ON + CALL) == ""
            assert run(client, CALL + "spanwise.uninstrument()") == ""
            assert told(receiver) == (["chat gpt-4o"] * 2, {service})
            manager.restart_kernel()
            client.wait_for_ready(timeout=DEADLINE_S)
            assert run(client, ON + CALL + "spanwise.uninstrument()") == ""
            assert told(receiver) == (["chat gpt-4o"] * 3, {service})
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
