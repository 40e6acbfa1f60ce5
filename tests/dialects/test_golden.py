"""Every dialect has its golden cases: plain, streamed, cached, reasoning, error and nested."""

import polars as pl
import pytest

from spanwise_collector.normalise.registry import DIALECTS
from spanwise_collector.price import PriceBook
from spanwise_schema.columns import STORED
from tests.dialects.both import counted
from tests.dialects.golden import PARTS, UNTOLD, recorded, shows, written
from tests.dialects.written import WRITTEN

RECORDED, BY_HAND = recorded(), written()
NAMES = [dialect.name for dialect in DIALECTS if dialect.name != "general"]  # whose keys are on spans of any dialect
FOR_EMITTERS_NOT_KNOWN = "gen_ai"


@pytest.mark.parametrize("name", NAMES)
def test_every_dialect_shows_all_that_its_emitter_tells(name):
    untold = {part for dialect, part in UNTOLD if dialect == name}
    assert RECORDED.get(name, set()) | BY_HAND.get(name, set()) | untold == set(PARTS)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_written_or_untold_is_recorded_nowhere(name):
    untold = {part for dialect, part in UNTOLD if dialect == name}
    assert not RECORDED.get(name, set()) & (BY_HAND.get(name, set()) | untold)
    assert name == FOR_EMITTERS_NOT_KNOWN or len(RECORDED[name]) >= 4


def test_only_dialects_that_are_there_are_written_or_untold():
    assert {case.dialect for case in WRITTEN} | {dialect for dialect, _ in UNTOLD} <= set(NAMES)


@pytest.mark.parametrize("case", WRITTEN, ids=lambda case: f"{case.dialect}.{case.shows}")
def test_a_written_case_shows_its_part_and_counts_each_call_once(case):
    assert set(case.frame["dialect"]) == {case.dialect}
    frame = PriceBook({}).price(case.frame).select(list(STORED))
    assert counted([frame], int(frame["end_ns"].max())) == case.truth
    assert case.shows in {"plain", "nested", *shows(frame.filter(pl.col("category") == "llm"))}
    assert case.source
