from datetime import UTC, date, datetime, time
from decimal import Decimal

import numpy as np

from spanwise_collector.price.tariff import BILLED, Rate, complete, rate, tariff

DAY_NS = 86_400_000_000_000


def ns(*moment):
    return int(datetime(*moment, tzinfo=UTC).timestamp()) * 1_000_000_000


def cost(prices, start_ns, tokens):
    usage = [[tokens if name == "uncached" else 0 for name in BILLED]]
    total, stated, _ = prices.cost_pico(np.array([start_ns]), np.array([tokens]), np.array(usage))
    return int(total[0]) if stated[0] else None


def test_prices_change_at_midnight_and_at_their_hour():
    def at(moment):
        usd = 1 if moment.date() < date(2026, 2, 1) else 2
        return {"uncached": rate(Decimal(usd * (10 if moment.hour >= 16 else 1)), 1_000_000)}

    prices = tariff(at, [date(2026, 2, 1)], [time(16)])
    moments = [(2026, 1, 31, 15, 59, 59), (2026, 1, 31, 16), (2026, 2, 1), (2026, 2, 1, 15, 59, 59), (2027, 2, 1, 16)]
    assert [cost(prices, ns(*moment), 1) for moment in moments] == [10**6, 10**7, 2 * 10**6, 2 * 10**6, 2 * 10**7]


def test_a_tier_counts_for_all_tokens_of_a_call_above_it():
    tiers = [(100, Decimal(2)), (1000, Decimal(3))]
    prices = tariff(lambda _: {"uncached": rate(Decimal(1), 1_000_000, tiers)}, (), ())
    assert [cost(prices, 0, n) for n in (100, 101, 1000, 1001)] == [
        100 * 10**6, 101 * 2 * 10**6, 1000 * 2 * 10**6, 1001 * 3 * 10**6,
    ]  # fmt: skip


def test_a_part_of_a_pico_dollar_is_rounded_once():
    prices = tariff(lambda _: {"uncached": rate(Decimal("0.0000005"), 1_000_000)}, (), ())
    assert [cost(prices, 0, n) for n in (1, 2, 3, 1_000_001)] == [0, 1, 2, 500_000]


def test_a_time_without_a_price_has_none():
    prices = tariff(
        lambda moment: {"uncached": rate(Decimal(1), 1)} if moment.year >= 2026 else {}, [date(2026, 1, 1)], ()
    )
    assert cost(prices, ns(2025, 12, 31), 1) is None
    assert cost(prices, ns(2026, 1, 1), 1) == 10**12


def test_a_part_without_its_own_price_is_paid_like_its_whole():
    rates = complete({"uncached": rate(Decimal(3), 1), "output": rate(Decimal(5), 1)})
    assert {rates[part] for part in ("cache_read", "cache_write", "cache_write_1h")} == {rates["uncached"]}
    assert rates["reasoning"] == rates["output"]


def test_an_hour_in_the_cache_without_its_own_price_is_assumed_to_cost_twice_the_input():
    rates = complete({"uncached": rate(Decimal(4), 1, [(9, Decimal(6))]), "cache_write": rate(Decimal(5), 1)})
    assert [rates["cache_write_1h"].at(size) for size in (9, 10)] == [8 * 10**12, 12 * 10**12]
    assert rates["cache_write_1h"].assumed
    assert not rates["cache_write"].assumed


def test_a_cost_is_assumed_only_where_an_assumed_part_was_used():
    prices = tariff(
        lambda _: {"uncached": rate(Decimal(1), 1), "cache_write_1h": Rate(Decimal(2), assumed=True)}, (), ()
    )
    usage = np.array(
        [[int(name in used) for name in BILLED] for used in ({"uncached"}, {"uncached", "cache_write_1h"})]
    )
    _, _, assumed = prices.cost_pico(np.zeros(2, np.int64), np.zeros(2, np.int64), usage)
    assert assumed.tolist() == [False, True]
