import asyncio
import socket
from contextlib import asynccontextmanager

import grpc.aio
import pytest
import uvicorn
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from spanwise_collector.accept import Limits, Taken, grpc_server, http_app
from spanwise_collector.batch import Wanted
from spanwise_collector.decode import decode, read_logs, read_metrics, to_protobuf

READ = {"logs": (read_logs, ExportLogsServiceRequest), "metrics": (read_metrics, ExportMetricsServiceRequest)}


class MemoryGate:
    """A gate that decodes and keeps batches in memory, and of other signals what was read."""

    def __init__(self):
        self.batches = []
        self.others = []
        self.answer = None
        self.refusals = []
        self.fault = None

    async def take(self, body, encoding, signal="traces"):
        if self.fault is not None:
            raise self.fault
        if signal != "traces":
            read, kind = READ[signal]
            self.others.append((signal, read(to_protobuf(body, kind) if encoding == "json" else body)))
            return self.answer or Taken()
        batch = decode(to_protobuf(body) if encoding == "json" else body, Wanted({"gen_ai.request.model": "str"}, {}))
        self.batches.append(batch)
        message = ", ".join(f"{spans} spans rejected: {reason}" for reason, spans in batch.rejected.items())
        return Taken(sum(batch.rejected.values()), message)

    def refused(self, transport, reason):
        self.refusals.append((transport, reason))

    @property
    def spans(self):
        return sum(batch.frame.height for batch in self.batches)


@pytest.fixture
def gate():
    return MemoryGate()


@asynccontextmanager
async def serving(gate, limits):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(http_app(gate, limits), http="httptools", lifespan="off", access_log=False)
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:  # noqa: ASYNC110 - uvicorn offers no event
            await asyncio.sleep(0.005)
        try:
            yield "http://{}:{}".format(*listener.getsockname())
        finally:
            server.should_exit = True
            await task


@pytest.fixture
def serve(gate):
    """`async with serve(...limits) as base_url`: the HTTP door on a real socket."""
    return lambda **limits: serving(gate, Limits(**limits))


@asynccontextmanager
async def calling(gate, limits):
    server = grpc_server(gate, limits)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield channel
    finally:
        await server.stop(1)


@pytest.fixture
def call(gate):
    """`async with call(...limits) as channel`: the gRPC door on a real socket, and a channel to it."""
    return lambda **limits: calling(gate, Limits(**limits))
