"""Values that are nested deeper than protobuf's own classes write, as bytes and as JSON."""

from __future__ import annotations


def delimited(number: int, content: bytes) -> bytes:
    """Write a field that holds bytes, a text or a message."""
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def deep_value(levels: int) -> bytes:
    """Write an AnyValue: a text in so many lists."""
    value = delimited(1, b"x")
    for _ in range(levels):
        value = delimited(5, delimited(1, value))
    return value


def deep_attribute(key: str, levels: int = 60) -> bytes:
    """Write a KeyValue whose value is a text in so many lists."""
    return delimited(1, key.encode()) + delimited(2, deep_value(levels))


def request_of(*items: bytes, resource: bytes = b"", scope: bytes = b"") -> bytes:
    """Write the export request of any signal: items are spans, log records or metrics."""
    in_scope = delimited(1, scope) + b"".join(delimited(2, item) for item in items)
    return delimited(1, delimited(1, resource) + delimited(2, in_scope))


def deep_json(levels: int) -> str:
    """Write an AnyValue as OTLP/JSON; Python's own json goes 1,000 levels deep."""
    return '{"arrayValue":{"values":[' * levels + '{"stringValue":"x"}' + "]}}" * levels


def _varint(value: int) -> bytes:
    made = bytearray()
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    made.append(value)
    return bytes(made)
