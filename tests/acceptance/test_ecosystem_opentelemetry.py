"""Beside OpenTelemetry's own ways to start: its command, its settings, and providers that the program sets."""

import subprocess
import sys
from concurrent import futures

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

from tests.matrix.receiver import receive
from tests.support import provider as provider_server
from tests.support.server import SCRIPTS

CALL = """
import os
import httpx2
httpx2.post(os.environ["PROVIDER"] + "/chat/completions", json={"model": "gpt-4o", "messages": []})
"""
# What opentelemetry-distro brings, whose pins would hold the SDK back: the SDK's own configurator under a name.
CONFIGURATOR = """
from opentelemetry.sdk._configuration import _OTelSDKConfigurator

class Configurator(_OTelSDKConfigurator):
    pass
"""


@pytest.fixture
def configurator(tmp_path):
    info = tmp_path / "a_distro-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: a-distro\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[opentelemetry_configurator]\nconfigurator = a_distro:Configurator\n")
    (tmp_path / "a_distro.py").write_text(CONFIGURATOR)
    return str(tmp_path)


class _Kept(trace_service_pb2_grpc.TraceServiceServicer):
    def __init__(self):
        self.names = []

    def Export(self, request, context):  # noqa: N802  gRPC names it
        del context
        self.names += [
            span.name for resource in request.resource_spans for scope in resource.scope_spans for span in scope.spans
        ]
        return trace_service_pb2.ExportTraceServiceResponse()


@pytest.fixture
def over_grpc():
    kept = _Kept()
    server = grpc.server(futures.ThreadPoolExecutor(2))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(kept, server)
    kept.endpoint = f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    yield kept
    server.stop(None).wait()


def run(tmp_path, command, program=CALL, **environ):
    """Run a program; give what it said on both streams and the names of the spans that came over HTTP."""
    (tmp_path / "app.py").write_text(program)
    with provider_server.serve() as provider, receive() as receiver:
        given = {"PATH": str(SCRIPTS), "PROVIDER": provider.base_url, "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint}
        done = subprocess.run(
            [str(SCRIPTS / command[0]), *command[1:], "python", "app.py"],
            cwd=tmp_path,
            env={**given, **environ},
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done, [span.name for span in receiver.spans()]


HTTP = {
    "OTEL_TRACES_EXPORTER": "otlp",
    "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
    "OTEL_METRICS_EXPORTER": "none",
    "OTEL_LOGS_EXPORTER": "none",
}
COMMANDS = {
    "alone": ["opentelemetry-instrument"],
    "outside": ["opentelemetry-instrument", "spanwise", "run"],
    "inside": ["spanwise", "run", "opentelemetry-instrument"],
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_opentelemetry_instrument_traces_each_call_once_with_its_own_provider(tmp_path, configurator, command):
    done, names = run(tmp_path, command, PYTHONPATH=configurator, **HTTP)
    assert (names, done.stderr) == (["chat gpt-4o"], "")


def test_opentelemetry_instrument_leaves_us_out_where_our_name_is_disabled(tmp_path, configurator):
    off = {"OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": "spanwise"}
    _, names = run(tmp_path, COMMANDS["alone"], PYTHONPATH=configurator, **HTTP, **off)
    assert names == []


def test_opentelemetry_instrument_exports_over_grpc_as_it_does_by_default(tmp_path, configurator, over_grpc):
    asked = {**HTTP, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_ENDPOINT": over_grpc.endpoint}
    run(tmp_path, COMMANDS["alone"], PYTHONPATH=configurator, **asked)
    assert over_grpc.names == ["chat gpt-4o"]


def test_wrong_setting_of_ours_is_told_under_opentelemetry_instrument_and_the_program_runs(tmp_path, configurator):
    done, names = run(tmp_path, COMMANDS["alone"], PYTHONPATH=configurator, SPANWISE_STREAM_USAGE="maybe", **HTTP)
    assert "SPANWISE_STREAM_USAGE: got 'maybe', expected true or false; nothing is traced" in done.stderr
    assert names == []


def test_spanwise_run_exports_over_grpc_where_that_is_asked_for(tmp_path, over_grpc):
    asked = {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_ENDPOINT": over_grpc.endpoint}
    done, _ = run(tmp_path, ["spanwise", "run"], **asked)
    assert (over_grpc.names, done.stderr) == (["chat gpt-4o"], "")


FORKS = """
import os
import threading
import httpx2
from opentelemetry.trace import get_tracer_provider

def call(name):
    httpx2.post(os.environ["PROVIDER"] + "/chat/completions", json={"model": name, "messages": []})

call("before")
assert get_tracer_provider().force_flush()  # the channel of the parent is in use
stop, busy = threading.Event(), threading.Event()

def go_on():
    while not stop.is_set():
        call("beside")
        get_tracer_provider().force_flush()
        busy.set()

beside = threading.Thread(target=go_on)
beside.start()
busy.wait()
children = []
for child in range(3):
    pid = os.fork()
    if pid == 0:
        call(f"child {child}")
        raise SystemExit
    children.append(pid)
statuses = [os.waitpid(pid, 0)[1] for pid in children]
stop.set()
beside.join()
call("after")
assert statuses == [0, 0, 0]
"""


def test_children_forked_while_the_parent_exports_over_grpc_tell_their_own_calls(tmp_path, over_grpc):
    asked = {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_ENDPOINT": over_grpc.endpoint}
    run(tmp_path, ["spanwise", "run"], FORKS, **asked)
    told = sorted(name.removeprefix("chat ") for name in over_grpc.names if name != "chat beside")
    assert told == ["after", "before", "child 0", "child 1", "child 2"]


def test_wrong_export_setting_is_told_once_at_the_first_call_and_the_program_runs(tmp_path):
    done, names = run(tmp_path, ["spanwise", "run"], CALL + CALL, OTEL_TRACES_EXPORTER="zipkin")
    assert done.stderr.count("OTEL_TRACES_EXPORTER: got 'zipkin', expected one of console, otlp") == 1
    assert done.stderr.count("\n") == 1
    assert names == []


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"OTEL_TRACES_SAMPLER": "always_off"}, []),
        ({"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "1"}, ["chat gpt-4o"]),
        ({"OTEL_BSP_MAX_QUEUE_SIZE": "1", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "1"}, ["chat gpt-4o"]),
        ({"OTEL_EXPORTER_OTLP_COMPRESSION": "gzip"}, ["chat gpt-4o"]),
        ({"OTEL_SDK_DISABLED": "true"}, []),
        ({"OTEL_TRACES_EXPORTER": "none"}, []),
        ({"OTEL_TRACES_EXPORTER": "otlp,console"}, ["chat gpt-4o"]),
        ({"OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT": "100"}, ["chat gpt-4o"]),
    ],
)
def test_variable_of_the_sdk_holds(tmp_path, environ, told):
    done, names = run(tmp_path, ["spanwise", "run"], **environ)
    assert (names, done.stderr) == (told, "")
    assert ('"name": "chat gpt-4o"' in done.stdout) == ("console" in environ.get("OTEL_TRACES_EXPORTER", ""))


OWN = """
import sys
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor

def set_own():
    own = TracerProvider()
    own.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter(formatter=lambda span: "own " + span.name + "\\n")))
    trace.set_tracer_provider(own)
"""
IN_CODE = "import spanwise\nspanwise.instrument()\n"


@pytest.mark.parametrize("start", ["", IN_CODE], ids=["spanwise run", "instrument()"])
def test_provider_that_the_program_sets_before_its_first_call_is_joined(tmp_path, start):
    done, names = run(tmp_path, ["spanwise", "run"], start + OWN + "set_own()\n" + CALL)
    assert (done.stdout, done.stderr, names) == ("own chat gpt-4o\n", "", [])


@pytest.mark.parametrize("start", ["", IN_CODE], ids=["spanwise run", "instrument()"])
def test_provider_that_the_program_sets_between_two_calls_is_joined_from_then_on(tmp_path, start):
    done, names = run(tmp_path, ["spanwise", "run"], start + CALL + OWN + "set_own()\n" + CALL)
    assert (done.stdout, done.stderr, names) == ("own chat gpt-4o\n", "", ["chat gpt-4o"])


def test_uninstrument_leaves_no_thread_no_provider_and_begins_anew():
    program = """
import threading
import httpx2, spanwise
from opentelemetry import trace
before = set(threading.enumerate())
for _ in range(2):
    spanwise.instrument()
    with spanwise.agent("a"):
        assert trace.get_current_span().is_recording()
    spanwise.uninstrument()
    assert set(threading.enumerate()) <= before, threading.enumerate()
    assert isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)
"""
    with receive() as receiver:
        environ = {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint}
        subprocess.run([sys.executable, "-c", program], env=environ, timeout=60, check=True)
        assert [span.name for span in receiver.spans()] == ["invoke_agent a"] * 2
