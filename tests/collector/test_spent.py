import pytest

from spanwise_collector.pipeline import Pipeline
from spanwise_collector.price import PriceBook
from spanwise_collector.query import Sum
from spanwise_collector.rollup.rollup import Rollup
from spanwise_collector.spent import Spending
from spanwise_collector.store.store import Store
from spanwise_schema.measures import MEASURES
from tests.support.rows import NOON, SECOND, batch, row

DAY = 86_400
USD = 10**12


class Ledger:
    """A store to which days of calls are added and committed."""

    def __init__(self, folder):
        self.now_ns = NOON
        self.store = Store(folder)
        self.pipeline = Pipeline(self.store, Rollup(), PriceBook(), lambda: self.now_ns)
        self.spending = Spending(self.pipeline)
        self.number = 0

    def call(self, at_s, cost_usd, user=None, session=None, agent="a"):
        self.number += 1
        rows = batch(
            row(self.number, at_s=at_s, cost_pico_usd=cost_usd * USD, user=user, conversation_id=session, agent=agent)
        )
        self.pipeline.rollup.add(rows, NOON + at_s * SECOND)
        self.store.append(rows)

    def commit(self):
        self.pipeline.applied_seq += 1
        self.pipeline.commit()

    def spent(self, since_s, by=(), where=None, top=0):
        asked = Sum(MEASURES["llm.cost"], by, where or {}, NOON + since_s * SECOND, top)
        (found,) = self.spending.answer([asked])
        return dict(zip(found.labels, found.sums, strict=True)), found


@pytest.fixture
def ledger(tmp_path):
    made = Ledger(tmp_path)
    yield made
    made.store.close()


@pytest.mark.parametrize("by", [("agent",), ("user",), ("agent", "session")])
def test_a_sum_goes_over_files_and_what_is_not_written_and_counts_each_call_once(ledger, by):
    calls = [(-9, 1), (-5, 2), (-2, 4), (-1, 8), (0, 16)]
    labels = {"agent": "a", "user": "u", "session": "s"}
    for day, cost_usd in calls:
        ledger.call(day * DAY, cost_usd, user="u", session="s")
        if day not in {-1, 0}:
            ledger.commit()
    key = tuple(labels[name] for name in by)
    for _ in range(2):  # the second time from what is kept
        assert ledger.spent(-6 * DAY, by)[0] == {key: 30.0}
        assert ledger.spent(-2 * DAY + 60, by)[0] == {key: 24.0}
    ledger.commit()
    assert ledger.spent(-6 * DAY, by)[0] == {key: 30.0}
    ledger.store.compact((NOON + SECOND) / SECOND)
    assert ledger.spent(-6 * DAY, by)[0] == {key: 30.0}


def test_only_those_who_spent_most_are_told_the_greatest_first(ledger):
    for user, cost_usd in (("low", 1), ("high", 9), ("middle", 5), (None, 2)):
        ledger.call(0, cost_usd, user=user)
    assert list(ledger.spent(-60, ("user",), top=3)[0]) == [("high",), ("middle",), ("",)]
    assert ledger.spent(-60, ("user",), {"agent": frozenset({"nobody"})})[0] == {}


def test_data_that_do_not_reach_back_far_enough_are_said_to(ledger):
    assert ledger.spent(-DAY)[1].complete_from_ns is None
    ledger.call(-3600, 1)
    assert ledger.spent(-DAY)[1].complete_from_ns == NOON - 3600 * SECOND
    ledger.commit()
    assert ledger.spent(-DAY)[1].complete_from_ns == NOON - 3600 * SECOND
    assert ledger.spent(-1800)[1].complete_from_ns is None
