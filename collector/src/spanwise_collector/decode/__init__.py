"""OTLP bytes to a batch; the only place where spans are looped over in Python."""

from spanwise_collector.decode.otlp_json import to_protobuf
from spanwise_collector.decode.otlp_protobuf import decode

__all__ = ["decode", "to_protobuf"]
