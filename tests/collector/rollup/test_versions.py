from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from spanwise_collector.rollup import versions as module
from spanwise_collector.rollup.versions import KEEP_NS, KNOWN_NS, Version, Versions
from tests.support.rows import NOON, batch, row


def resource(version=None):
    pairs = [KeyValue(key="service.name", value=AnyValue(string_value="shop"))]
    if version is not None:
        pairs.append(KeyValue(key="service.version", value=AnyValue(string_value=version)))
    return Resource(attributes=pairs).SerializeToString()


def test_each_version_of_a_service_is_seen_and_a_service_that_tells_none_is_not():
    versions = Versions()
    versions.add(batch(row(1, resource=resource("1.0")), row(2, resource=resource("1.1"), environment="prod")), NOON)
    versions.add(batch(row(3, resource=resource()), row(4, resource=b"")), NOON)
    versions.add(batch(), NOON)
    assert sorted(versions.recent(NOON)) == [("shop", "1.0", ""), ("shop", "1.1", "prod")]


def test_a_version_that_sends_nothing_for_an_hour_is_gone():
    versions = Versions()
    versions.add(batch(row(1, resource=resource("1.0"))), NOON)
    versions.add(batch(row(2, resource=resource("1.1"))), NOON + KEEP_NS)
    assert versions.recent(NOON + KEEP_NS) == [("shop", "1.1", "")]


def test_versions_and_what_was_read_are_bounded(monkeypatch):
    monkeypatch.setattr(module, "_LIMIT", 2)
    versions = Versions()
    for number in range(5):
        versions.add(batch(row(1, resource=resource(f"1.{number}"))), NOON)
    assert [version for _, version, *_ in versions.recent(NOON)] == ["1.0", "1.1"]
    assert len(versions._read) <= 2
    versions.add(batch(row(1, resource=resource("2.0"))), NOON + KEEP_NS)
    assert [version for _, version, *_ in versions.recent(NOON)] == ["2.0"]


def test_when_a_version_came_is_known_unless_it_may_have_been_there_before():
    versions = Versions()
    versions.add(batch(row(1, resource=resource("1.0"))), NOON)
    versions.add(batch(row(2, resource=resource("1.1"))), NOON + KNOWN_NS)
    versions.add(batch(row(3, resource=resource("1.1")), row(4, resource=resource("1.0"))), NOON + KNOWN_NS + 1)
    assert versions.all(NOON + KNOWN_NS + 1) == [
        Version("shop", "1.1", "", NOON + KNOWN_NS, NOON + KNOWN_NS + 1),
        Version("shop", "1.0", "", None, NOON + KNOWN_NS + 1),
    ]
