"""A running collector under load over real sockets: `python -m tests.bench ingest`.

Prints durable spans per CPU-second of the server (until everything is stored and folded), the time to the
acknowledgement at a steady 5,000 spans/s, and the resident memory.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import queue
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import grpc
import psutil
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.support.otlp import traffic

COMMAND = (str(Path(sys.executable).parent / "spanwise"), "up")
EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
SPANS = 512
RESPONSE_ID = "gen_ai.response.id"
PACE = 5_000  # spans a second
TEMPLATES = 8
READY_S = 60
DRAIN_S = 120

Send = Callable[[bytes], bool]
"""Sends one request on its own connection; False where it has to be sent again."""


@dataclass(frozen=True)
class Server:
    """The process under load."""

    process: psutil.Process
    otlp_http: str
    otlp_grpc: str
    api: str

    def cpu_s(self) -> float:
        return sum(sum(one.cpu_times()[:2]) for one in self._all())

    def rss_mib(self) -> float:
        return sum(one.memory_info().rss for one in self._all()) / (1 << 20)

    def _all(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]

    def get(self, path: str) -> bytes:
        with contextlib.closing(http.client.HTTPConnection(self.api, timeout=30)) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
        if answer.status != 200:
            raise OSError(f"{path}: {answer.status} {body[:200]!r}")
        return body

    def stored(self) -> int:
        return json.loads(self.get("/api/v1/ledger"))["stored"]

    def pending(self) -> float:
        lines = self.get("/metrics").decode().splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith("spanwise_collector_pending_requests"))


@dataclass
class Outcome:
    """What the senders saw."""

    acks_s: list[float] = field(default_factory=list)
    again: int = 0
    rss_mib: float = 0.0


def main(argv: list[str]) -> int:
    """Run each asked combination against a fresh server and print one line for it."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench ingest", description=__doc__)
    parser.add_argument("--requests", type=int, default=400, help="of 512 spans at full speed (default: 400)")
    parser.add_argument("--paced", type=float, default=15.0, help="seconds at 5,000 spans/s (default: 15)")
    parser.add_argument("--connections", type=int, default=4, help="senders at once (default: 4)")
    parser.add_argument("--door", choices=("http", "grpc"), nargs="+", default=["http", "grpc"])
    parser.add_argument("--content", type=int, nargs="+", default=[0, 2048], help="bytes a call (default: 0 2048)")
    asked = parser.parse_args(argv)
    print("door  content  spans/CPU-s  spans/s  ack p50 ms  ack p99 ms  RSS MiB idle  RSS MiB peak  sent again")
    for door in asked.door:
        for content_bytes in asked.content:
            with running() as server:
                print(measure(server, door, content_bytes, asked), flush=True)
    return 0


def measure(server: Server, door: str, content_bytes: int, asked: argparse.Namespace) -> str:
    """Load a fresh server twice: as fast as it answers, then paced."""
    idle_mib = server.rss_mib()
    paced = max(1, int(asked.paced * PACE / SPANS))
    bodies = requests(asked.requests + paced + TEMPLATES, content_bytes)
    senders = [sender(server, door) for _ in range(asked.connections)]
    drive(server, senders, bodies[:TEMPLATES])
    drained(server, TEMPLATES * SPANS)

    cpu_s, started = server.cpu_s(), time.monotonic()
    full = drive(server, senders, bodies[TEMPLATES : TEMPLATES + asked.requests])
    drained(server, (TEMPLATES + asked.requests) * SPANS)
    cpu_s, wall_s = server.cpu_s() - cpu_s, time.monotonic() - started

    steady = drive(server, senders, bodies[TEMPLATES + asked.requests :], SPANS / PACE)
    drained(server, len(bodies) * SPANS)
    cuts = statistics.quantiles(steady.acks_s, n=100, method="inclusive")
    spans = asked.requests * SPANS
    return (
        f"{door:4}  {content_bytes:>7}  {spans / cpu_s:>11,.0f}  {spans / wall_s:>7,.0f}  {cuts[49] * 1e3:>10.1f}"
        f"  {cuts[98] * 1e3:>10.1f}  {idle_mib:>12.0f}  {max(full.rss_mib, steady.rss_mib):>12.0f}"
        f"  {full.again + steady.again:>10}"
    )


def requests(count: int, content_bytes: int) -> list[bytes]:
    """Make requests whose spans and calls are all different; new ids on a few templates are fast enough."""
    now_ns = time.time_ns()
    templates = [
        ExportTraceServiceRequest.FromString(traffic(seed, SPANS, content_bytes, now_ns)[0])
        for seed in range(TEMPLATES)
    ]
    spans = [_spans(template) for template in templates]
    told = [
        [
            (one.value, one.value.string_value[:-16])
            for span in each
            for one in span.attributes
            if one.key == RESPONSE_ID
        ]
        for each in spans
    ]
    bodies: list[bytes] = []
    for index in range(count):
        number, prefix = index % TEMPLATES, index.to_bytes(8)
        for span in spans[number]:
            span.trace_id = prefix + span.trace_id[8:]
        for value, start in told[number]:
            value.string_value = f"{start}{index:016x}"  # the same id would be the same call
        bodies.append(templates[number].SerializeToString())
    return bodies


def _spans(request: ExportTraceServiceRequest) -> list[Span]:
    return [span for resource in request.resource_spans for scope in resource.scope_spans for span in scope.spans]


def sender(server: Server, door: str) -> Send:
    """Open one keep-alive connection."""
    if door == "grpc":
        channel = grpc.insecure_channel(server.otlp_grpc, options=[("grpc.use_local_subchannel_pool", 1)])
        export = channel.unary_unary(EXPORT)
        return lambda body: _send_grpc(export, body)
    connection = http.client.HTTPConnection(server.otlp_http, timeout=60)
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return lambda body: _send_http(connection, body)


def _send_grpc(export: Callable[..., bytes], body: bytes) -> bool:
    try:
        export(body, timeout=60)
    except grpc.RpcError as error:
        if error.code() is grpc.StatusCode.UNAVAILABLE:
            return False
        raise
    return True


def _send_http(connection: http.client.HTTPConnection, body: bytes) -> bool:
    connection.request("POST", "/v1/traces", body, {"Content-Type": "application/x-protobuf"})
    answer = connection.getresponse()
    said = answer.read()
    if answer.status not in (200, 503):
        raise OSError(f"{answer.status} {said!r}")
    return answer.status == 200


def drive(server: Server, senders: list[Send], bodies: list[bytes], every_s: float = 0.0) -> Outcome:
    """Send every request once, at once or one each `every_s`; return when all are acknowledged."""
    outcome = Outcome()
    due: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    threads = [threading.Thread(target=_work, args=(send, due, outcome)) for send in senders]
    for thread in threads:
        thread.start()
    first = time.monotonic()
    for index, body in enumerate(bodies):
        time.sleep(max(0.0, first + index * every_s - time.monotonic()))
        due.put(body)
        outcome.rss_mib = max(outcome.rss_mib, server.rss_mib() if every_s else 0.0)
    for _ in threads:
        due.put(None)
    while any(thread.is_alive() for thread in threads):
        outcome.rss_mib = max(outcome.rss_mib, server.rss_mib())
        time.sleep(0.1)
    if len(outcome.acks_s) != len(bodies):
        raise RuntimeError(f"{len(outcome.acks_s)} of {len(bodies)} requests were acknowledged")
    return outcome


def _work(send: Send, due: queue.SimpleQueue[bytes | None], outcome: Outcome) -> None:
    while (body := due.get()) is not None:
        started = time.monotonic()
        while not send(body):
            outcome.again += 1
            time.sleep(0.1)
        outcome.acks_s.append(time.monotonic() - started)


def drained(server: Server, sent: int) -> None:
    """Wait until every span that was sent is stored, and no request waits to be folded."""
    until = time.monotonic() + DRAIN_S
    while server.stored() != sent or server.pending():
        if time.monotonic() > until:
            raise TimeoutError(f"{server.stored()} of {sent} spans are stored, {server.pending():.0f} requests wait")
        time.sleep(0.1)


@contextlib.contextmanager
def running(*more: str) -> Iterator[Server]:
    """Start `spanwise up` on free ports and a data directory of its own; end it afterwards."""
    addresses = dict(zip(("otlp-http", "otlp-grpc", "http", "alerts"), free_addresses(4), strict=True))
    flags = [part for name, address in addresses.items() for part in (f"--{name}", address)]
    with tempfile.TemporaryDirectory() as data, tempfile.TemporaryFile() as log:
        process = subprocess.Popen([*COMMAND, "--data", data, *flags, *more], stdout=log, stderr=subprocess.STDOUT)
        server = Server(psutil.Process(process.pid), addresses["otlp-http"], addresses["otlp-grpc"], addresses["http"])
        try:
            _wait_until_ready(server, process)
            yield server
        except BaseException:
            log.seek(0)
            sys.stderr.write(log.read().decode(errors="replace")[-4000:])
            raise
        finally:
            process.terminate()
            process.wait(timeout=60)


def _wait_until_ready(server: Server, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + READY_S
    while True:
        try:
            server.get("/readyz")
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


def free_addresses(count: int) -> list[str]:
    """Find ports that nobody has at this moment."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return ["{}:{}".format(*one.getsockname()) for one in sockets]
