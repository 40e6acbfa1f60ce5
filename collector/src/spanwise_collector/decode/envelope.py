"""OTLP messages read only as deep as needed: spans stay bytes inside a request, attributes inside a span.

A message and a `bytes` field look the same on the wire, so a descriptor with the same field numbers and another
type reads the same request. `raw` then costs a copy instead of a second serialisation, and an attribute that was
seen before in the request is recognised by its bytes, without being parsed again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol, cast

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

_PACKAGE = "spanwise.envelope"


class SpanEnvelope(Protocol):
    """Span, its status and each attribute as bytes of their own; every other field is what it is in OTLP."""

    @property
    def status(self) -> bytes:
        """A serialised Status."""
        ...

    @property
    def attributes(self) -> Sequence[bytes]:
        """Serialised KeyValues."""
        ...

    @property
    def events(self) -> Sequence[Span.Event]:
        """Parsed, as in OTLP."""
        ...


class ScopeEnvelope(Protocol):
    """ScopeSpans, each span as its own bytes."""

    @property
    def scope(self) -> InstrumentationScope:
        """Parsed, as in OTLP."""
        ...

    @property
    def spans(self) -> Sequence[bytes]:
        """Serialised Spans."""
        ...


class ResourceEnvelope(Protocol):
    """ResourceSpans."""

    @property
    def resource(self) -> Resource:
        """Parsed, as in OTLP."""
        ...

    @property
    def scope_spans(self) -> Sequence[ScopeEnvelope]:
        """In the order of the request."""
        ...


class RequestEnvelope(Protocol):
    """ExportTraceServiceRequest."""

    @property
    def resource_spans(self) -> Sequence[ResourceEnvelope]:
        """In the order of the request."""
        ...


def _variant(of: Descriptor, holds: Mapping[str, str]) -> descriptor_pb2.DescriptorProto:
    """Copy a message type, some fields turned into bytes or, where a name is given, into the variant so named."""
    copy = descriptor_pb2.DescriptorProto()
    of.CopyToProto(copy)
    for part in ("nested_type", "enum_type", "options"):
        copy.ClearField(part)
    for field in copy.field:
        if field.name in holds:
            _retype(field, holds[field.name])
    return copy


def _retype(field: descriptor_pb2.FieldDescriptorProto, holds: str) -> None:
    field.ClearField("type_name")
    if holds:
        field.type_name = f".{_PACKAGE}.{holds}"
    else:
        field.type = descriptor_pb2.FieldDescriptorProto.TYPE_BYTES


def _register() -> Callable[[str], type[Message]]:
    source = ExportTraceServiceRequest.DESCRIPTOR.file
    needed = {source.name, *(file.name for file in (Span.DESCRIPTOR.file, Resource.DESCRIPTOR.file))}
    needed.add(InstrumentationScope.DESCRIPTOR.file.name)
    described = descriptor_pb2.FileDescriptorProto(
        name="spanwise/envelope.proto",
        package=_PACKAGE,
        syntax="proto3",
        dependency=sorted(needed),
        message_type=[
            _variant(ExportTraceServiceRequest.DESCRIPTOR, {"resource_spans": "ResourceSpans"}),
            _variant(ResourceSpans.DESCRIPTOR, {"scope_spans": "ScopeSpans"}),
            _variant(ScopeSpans.DESCRIPTOR, {"spans": ""}),
            _variant(Span.DESCRIPTOR, {"attributes": "", "status": ""}),
        ],
    )
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(described.SerializeToString())
    return lambda name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}"))


_class_of = _register()

open_request: Final = cast(
    "Callable[[bytes], RequestEnvelope]", _class_of(ExportTraceServiceRequest.DESCRIPTOR.name).FromString
)
"""Parse a request down to its spans. Raises google.protobuf.message.DecodeError."""

open_span: Final = cast("Callable[[bytes], SpanEnvelope]", _class_of(Span.DESCRIPTOR.name).FromString)
"""Parse a span down to its attributes. Raises google.protobuf.message.DecodeError."""
