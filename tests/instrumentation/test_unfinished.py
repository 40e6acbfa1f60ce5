import subprocess
import sys

import httpx

from spanwise import unfinished

LEAVES_A_STREAM = """
import sys, httpx
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, BatchSpanProcessor
import spanwise
provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(ConsoleSpanExporter(formatter=lambda span: span.name + "\\n")))
trace.set_tracer_provider(provider)
spanwise.instrument()
client = httpx.Client()
request = client.build_request("POST", sys.argv[1], json={"model": "gpt-4o", "messages": [], "stream": True})
response = client.send(request, stream=True)
pieces = response.iter_raw()
next(pieces)
keep = [response, pieces]
keep.append(keep)
"""


def test_a_stream_left_open_at_the_end_of_the_program_is_told(provider):
    url = f"{provider.base_url}/chat/completions"
    done = subprocess.run(
        [sys.executable, "-c", LEAVES_A_STREAM, url], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split("\n")[0] == "chat gpt-4o"


def test_what_has_ended_is_not_kept(provider, spans):
    before = set(unfinished.UNDER_WAY)
    with httpx.Client() as client:
        client.post(f"{provider.base_url}/chat/completions", json={"model": "gpt-4o", "messages": []})
    assert spans.one().name == "chat gpt-4o"
    assert before == unfinished.UNDER_WAY
