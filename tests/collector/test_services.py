import pytest

from spanwise_collector import services
from spanwise_collector.store import Store
from tests.support.rows import NOON, SECOND, batch, row


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path)
    store.append(batch(row(1, service="shop", name="a"), row(2, service=None, name="b", at_s=9)))
    store.commit(0, b"", None, NOON / SECOND)
    store.append(
        batch(row(3, service="bank", name="c"), row(4, service="shop", name="a"), row(5, service="shop", name=None))
    )
    yield store
    store.close()


def test_services_are_named_once_also_those_without_a_name(store):
    assert services.names(store, NOON) == ["bank", "shop", "unknown_service"]


def test_operations_are_those_of_the_service(store):
    assert services.operations(store, "shop", NOON) == ["a"]
    assert services.operations(store, "unknown_service", NOON) == ["b"]
    assert services.operations(store, "nobody'; drop", NOON) == []


def test_what_nobody_sent_for_three_days_is_not_listed(store):
    after = NOON + (3 * 86_400 + 5) * SECOND
    assert services.names(store, after) == ["unknown_service"]
    assert services.operations(store, "shop", after) == []


def test_calls_between_services_are_counted(store):
    store.append(
        batch(
            row(10, trace=2, parent=None, service="web", at_s=100),
            row(11, trace=2, parent=10, service="web", at_s=100),
            row(12, trace=2, parent=11, service="agent", at_s=100),
            row(13, trace=2, parent=11, service="agent", at_s=100),
            row(14, trace=2, parent=13, service=None, at_s=100),
            row(15, trace=3, parent=14, service="other trace", at_s=100),
            row(16, trace=4, parent=None, service="web", at_s=500),
            row(17, trace=4, parent=16, service="agent", at_s=500),
        )
    )
    around = NOON + 90 * SECOND, NOON + 110 * SECOND
    assert services.dependencies(store, *around) == [("agent", "unknown_service", 1), ("web", "agent", 2)]
    assert services.dependencies(store, NOON, NOON + 600 * SECOND)[-1] == ("web", "agent", 3)
    assert services.dependencies(store, 0, SECOND) == []
