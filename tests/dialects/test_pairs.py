"""Any two recorded emitters, also of other libraries: each call of the outer one has the inner one's within it."""

import itertools

import polars as pl
import pytest

from spanwise_collector.price import PriceBook
from spanwise_collector.resolve import Resolver
from spanwise_collector.resolve.memory import QUIET_NS
from spanwise_schema.columns import STORED
from tests.dialects.test_cases import CASES as RECORDED
from tests.dialects.test_cases import GUESSED, RUNNING_SUMS

PRICES = PriceBook({})
CASES = [case for case in RECORDED if case.name not in GUESSED | RUNNING_SUMS]
SCENARIOS = sorted({case.scenario for case in CASES})


def priced(case):
    return PRICES.price(case.frame).select(list(STORED))


def provider_of(case):
    """Tell what the calls' model is called, without its release: emitters of different providers are no pair."""
    return {(model or "").rpartition("/")[2][:5] for model in case.calls["model"]}


def within(inner, outer):
    """Put the calls of one recording, each alone, into those of another: a little shorter, in its trace, below it."""
    is_call = (pl.col("category") == "llm") & pl.col("duration_ns").is_not_null()
    around, calls = outer.filter(is_call).sort("start_ns"), inner.filter(is_call).sort("start_ns")
    return calls.with_columns(
        around["trace_id"],
        around["span_id"].alias("parent_span_id"),
        around["start_ns"],
        around["end_ns"],
        duration_ns=around["end_ns"] - around["start_ns"],
    )


def counted(batches, now_ns):
    """Bring batches into a resolver; give calls, input and output tokens."""
    resolver = Resolver()
    frames = [resolver.add(batch, now_ns).counted for batch in batches]
    calls = pl.concat([*frames, resolver.settle(now_ns + QUIET_NS)], how="diagonal").filter(pl.col("category") == "llm")
    return calls["duration_ns"].count(), calls["input_tokens"].sum(), calls["output_tokens"].sum()


def pairs(scenario):
    of = [case for case in CASES if case.scenario == scenario]
    for outer, inner in itertools.permutations(of, 2):
        if provider_of(outer) == provider_of(inner) and len(outer.truth) == len(inner.truth):
            yield outer, inner


def expected(outer, inner):
    """Give the truth: that of the provider where one of the two was told it."""
    told = [case for case in (outer, inner) if case.calls["input_tokens"].count()]
    truth = told[0].truth if told else [{"input_tokens": 0, "output_tokens": 0}]
    return (
        len(outer.truth),
        sum(call["input_tokens"] or 0 for call in truth),
        sum(call["output_tokens"] or 0 for call in truth),
    )


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_two_emitters_at_once_tell_the_providers_truth_in_any_order(scenario):
    found = list(pairs(scenario))
    assert len(found) >= 10
    for outer, inner in found:
        agent, calls = priced(outer), priced(inner)
        nested = within(calls, agent)
        now_ns = int(agent["end_ns"].max())
        for batches in ([nested, agent], [agent, nested], [pl.concat([agent, nested])]):
            assert counted(batches, now_ns) == expected(outer, inner), f"{inner.name} within {outer.name}"
