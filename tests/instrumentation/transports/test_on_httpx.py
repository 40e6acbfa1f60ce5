import subprocess
import sys

import httpx

ASK = {"model": "llama-3", "messages": []}


def test_call_through_httpx_is_traced(provider, spans):
    httpx.post(f"{provider.base_url}/chat/completions", json=ASK)
    assert spans.one().name == "chat llama-3"


def test_httpx_imported_later_is_watched_and_never_imported_for_it():
    program = """
import sys, spanwise
spanwise.instrument()
assert "httpx" not in sys.modules and "httpx2" not in sys.modules
import httpx
assert hasattr(httpx.Client.send, "__wrapped__")
spanwise.uninstrument()
assert not hasattr(httpx.Client.send, "__wrapped__")
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60, env={"OTEL_TRACES_EXPORTER": "none"})
