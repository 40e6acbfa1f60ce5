import asyncio
import traceback
from types import SimpleNamespace

import grpc
import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2_grpc import LogsServiceStub
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2_grpc import MetricsServiceStub
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import TraceServiceStub

from spanwise_collector.accept import Limits, Taken, grpc_server
from spanwise_collector.accept.grpc import EXPORT as METHODS
from spanwise_collector.accept.grpc import _Services
from spanwise_collector.errors import Overloaded, StoreDown
from tests.support.otlp import request, span, traffic
from tests.support.otlp_signals import event, gauge, logs, metrics, number

ONE = request([span()])
EXPORT = METHODS["traces"]


async def refused(channel, body=b"", method=EXPORT, **options):
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await channel.unary_unary(method)(body, **options)
    return caught.value


def trailers(error):
    return {key: value for key, value in error.trailing_metadata() if key.startswith(("grpc-status", "google"))}


async def test_the_generated_client_is_understood(call, gate):
    async with call() as channel:
        answer = await TraceServiceStub(channel).Export(ONE)
    assert answer == ExportTraceServiceResponse()
    assert not answer.HasField("partial_success")
    assert gate.spans == 1


async def test_logs_are_taken_and_what_was_refused_is_told_in_their_words(call, gate):
    gate.answer = Taken(2, "2 log records refused: no time")
    async with call() as channel:
        answer = await LogsServiceStub(channel).Export(logs([event("a")]))
    assert answer.partial_success.rejected_log_records == 2
    assert answer.partial_success.error_message == "2 log records refused: no time"
    assert gate.others == [("logs", logs([event("a")]))]


async def test_metrics_are_taken_and_what_was_refused_is_told_in_their_words(call, gate):
    gate.answer = Taken(1, "1 data points refused: no time")
    async with call() as channel:
        answer = await MetricsServiceStub(channel).Export(metrics([gauge("x", [number(1)])]))
    assert answer.partial_success.rejected_data_points == 1
    ((signal, found),) = gate.others
    assert (signal, [point.name for point in found.points]) == ("metrics", ["x"])


async def test_gzip_is_understood(call, gate):
    async with call() as channel:
        await channel.unary_unary(EXPORT)(traffic(1)[0], compression=grpc.Compression.Gzip)
    assert gate.spans == 512


async def test_an_empty_request_is_a_success(call, gate):
    async with call() as channel:
        assert await channel.unary_unary(EXPORT)(b"") == b""
    assert gate.spans == 0


async def test_the_good_half_is_kept_and_the_other_half_reported(call, gate):
    async with call() as channel:
        answer = await TraceServiceStub(channel).Export(request([span(), span(end_ns=0)]))
    assert answer.partial_success.rejected_spans == 1
    assert answer.partial_success.error_message == "1 spans rejected: no end time"
    assert gate.spans == 1


async def test_malformed_protobuf_is_an_invalid_argument(call, gate):
    async with call() as channel:
        error = await refused(channel, b"\xff\xfe not a request")
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "ExportTraceServiceRequest" in error.details()
    assert Status.FromString(trailers(error)["grpc-status-details-bin"]).code == 3
    assert gate.refusals == [("grpc", "malformed")]


@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip])
async def test_a_body_over_the_limit_is_exhausted_without_an_invitation_to_retry(call, compression):
    async with call(max_body_bytes=1 << 20) as channel:
        error = await refused(channel, bytes(8 << 20), compression=compression)
        assert await channel.unary_unary(EXPORT)(ONE.SerializeToString()) == b""
    assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert trailers(error) == {}


@pytest.mark.parametrize("fault", [Overloaded("the queue is full", 2.5), StoreDown("no space left", 2.5)])
async def test_our_own_fault_is_unavailable_with_retry_info_in_both_places(call, gate, fault):
    gate.fault = fault
    async with call() as channel:
        error = await refused(channel)
    told = trailers(error)
    status = Status.FromString(told["grpc-status-details-bin"])
    info = RetryInfo()
    assert error.code() is grpc.StatusCode.UNAVAILABLE
    assert status.details[0].Unpack(info)
    assert info == RetryInfo.FromString(told["google.rpc.retryinfo-bin"])
    assert info.retry_delay.ToMilliseconds() == 2500


async def test_more_bytes_in_flight_than_allowed_are_told_to_come_later(call, gate):
    async with call(max_in_flight_bytes=20) as channel:
        error = await refused(channel, ONE.SerializeToString())
    assert error.code() is grpc.StatusCode.UNAVAILABLE
    assert gate.refusals == [("grpc", "overloaded")]


@pytest.mark.parametrize(
    "method", ["/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export", "/a.B/C"]
)
async def test_other_services_are_unimplemented(call, method):
    async with call() as channel:
        assert (await refused(channel, method=method)).code() is grpc.StatusCode.UNIMPLEMENTED


async def test_a_port_that_is_taken_is_an_error(gate):
    first, second = grpc_server(gate, Limits()), grpc_server(gate, Limits())
    port = first.add_insecure_port("127.0.0.1:0")
    await first.start()
    try:
        with pytest.raises(RuntimeError):
            second.add_insecure_port(f"127.0.0.1:{port}")
    finally:
        await first.stop(None)


async def test_stopping_finishes_what_was_accepted(gate):

    entered, release = asyncio.Event(), asyncio.Event()
    take = gate.take

    async def slow(body, encoding, signal):
        entered.set()
        await release.wait()
        return await take(body, encoding, signal)

    gate.take = slow
    server = grpc_server(gate, Limits())
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        answer = asyncio.ensure_future(channel.unary_unary(EXPORT)(ONE.SerializeToString()))
        await entered.wait()
        stopping = asyncio.create_task(server.stop(30))
        release.set()
        assert await answer == b""
        await stopping
    assert gate.spans == 1


async def test_the_bytes_of_a_refused_request_are_not_held_by_the_exception_that_grpc_keeps(gate):
    gate.fault = Overloaded("too much", 1.0)
    found = _Services(gate, Limits()).service(SimpleNamespace(method=EXPORT)).unary_unary
    body = ONE.SerializeToString()

    async def abort(*_):
        raise grpc.aio.AbortError

    with pytest.raises(grpc.aio.AbortError) as caught:
        await found(body, SimpleNamespace(abort=abort))
    frames = [frame for frame, _ in traceback.walk_tb(caught.value.__traceback__) if frame.f_code.co_name == "_take"]
    assert frames
    assert not any(value is body for frame in frames for value in frame.f_locals.values())
