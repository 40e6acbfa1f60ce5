"""OTLP bytes to a batch; the only place where spans are looped over in Python."""

from spanwise_collector.decode.logs import read_logs
from spanwise_collector.decode.metrics import read_metrics
from spanwise_collector.decode.otlp_json import to_protobuf
from spanwise_collector.decode.otlp_protobuf import decode

__all__ = ["decode", "read_logs", "read_metrics", "to_protobuf"]
