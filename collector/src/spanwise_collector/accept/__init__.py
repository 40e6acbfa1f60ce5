"""The doors: OTLP over HTTP and gRPC, answered only after the request is durable."""

from spanwise_collector.accept.admission import Limits
from spanwise_collector.accept.gate import Gate, Signal, Taken
from spanwise_collector.accept.grpc import grpc_server
from spanwise_collector.accept.http import http_app

__all__ = ["Gate", "Limits", "Signal", "Taken", "grpc_server", "http_app"]
