"""The gRPC door: Export of TraceService, LogsService and MetricsService."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, cast

import grpc
import grpc.aio

from spanwise_collector.accept.admission import Admission, Limits
from spanwise_collector.accept.gate import Gate, Signal
from spanwise_collector.accept.refusal import Refusal, refusal
from spanwise_collector.accept.response import response
from spanwise_collector.errors import CollectorError

EXPORT: Final[dict[Signal, str]] = {
    "traces": "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
    "logs": "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
    "metrics": "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
}
"""The method of each signal."""

_Context = grpc.aio.ServicerContext[bytes, bytes]

_CODES: Final = {code.value[0]: code for code in grpc.StatusCode}
_MINUTE_MS: Final = 60_000


def grpc_server(gate: Gate, limits: Limits) -> grpc.aio.Server:
    """Make the server; the caller adds its port, starts it, and stops it with a grace to drain.

    Messages stay bytes. gRPC itself refuses one above `max_body_bytes`, and any method but Export.
    """
    return grpc.aio.server(handlers=[_Services(gate, limits)], options=_options(limits))


def _options(limits: Limits) -> list[tuple[str, int]]:
    return [
        ("grpc.max_receive_message_length", limits.max_body_bytes),
        ("grpc.max_concurrent_streams", 100),
        ("grpc.so_reuseport", 0),  # a port that is taken is an error, not a second listener
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
        ("grpc.max_connection_age_ms", 20 * _MINUTE_MS),  # so that load balancers spread senders anew
        ("grpc.max_connection_age_grace_ms", _MINUTE_MS),
    ]


class _Services(grpc.GenericRpcHandler):
    """Knows the method of each signal."""

    def __init__(self, gate: Gate, limits: Limits) -> None:
        self._gate = gate
        self._admission = Admission(limits)
        handler = cast("Callable[[object], grpc.RpcMethodHandler[bytes, bytes]]", grpc.unary_unary_rpc_method_handler)
        self._handlers = {method: handler(partial(self._take, signal)) for signal, method in EXPORT.items()}

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[bytes, bytes] | None:
        """Find the handler of a method; gRPC answers UNIMPLEMENTED where there is none."""
        return self._handlers.get(handler_call_details.method)

    async def _take(self, signal: Signal, body: bytes, context: _Context) -> bytes:
        try:
            with self._admission.lease() as lease:
                lease.grow(len(body))
                return response(await self._gate.take(body, "protobuf", signal), "protobuf", signal)
        except CollectorError as fault:
            no = refusal(fault)
            self._gate.refused("grpc", no.reason)
        del body  # gRPC keeps the exception, and so this frame, in a circle until garbage is collected
        await context.abort(_CODES[no.code], no.message, _trailers(no))
        raise AssertionError  # abort never returns


def _trailers(no: Refusal) -> tuple[tuple[str, bytes], ...]:
    """Tell the delay twice: the standard way, and where the Python exporter looks for it."""
    details = ("grpc-status-details-bin", no.status.SerializeToString())
    info = no.retry_info
    return (details,) if info is None else (details, ("google.rpc.retryinfo-bin", info.SerializeToString()))
