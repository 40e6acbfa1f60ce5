from spanwise_collector.rollup.fold import fold
from spanwise_collector.rollup.series import SeriesBook
from spanwise_collector.rollup.totals import Totals, in_unit
from spanwise_schema.metrics import LLM_COST, LLM_DURATION
from tests.support.rows import SECOND, batch, row


def test_totals_add_up_over_batches_and_come_back():
    book, totals, again = SeriesBook(), Totals(), Totals()
    for n in range(3):
        totals.add(fold(batch(row(n + 1, model="m", took_s=0.02, cost_pico_usd=5)), book).delta, book)
    ((labels, total),) = totals.of[LLM_DURATION.name].items()
    assert dict(zip(LLM_DURATION.labels, labels, strict=True))["gen_ai_request_model"] == "m"
    assert (total.count, total.sum, total.buckets[1]) == (3, 3 * SECOND // 50, 3)
    assert next(iter(totals.of[LLM_COST.name].values())).sum == 15
    again.load(totals.dump())
    assert again.of == totals.of


def test_a_checkpoint_with_metrics_that_are_no_more_is_read():
    totals = Totals()
    totals.load([("gone", ("x",), [1], 1), (LLM_DURATION.name, ("x",), [1, 2], 3)])
    assert totals.of == {}


def test_sums_leave_in_the_unit_of_the_metric():
    assert in_unit(LLM_DURATION, 1_500_000_000) == 1.5
    assert in_unit(LLM_COST, 3_500_000_000) == 0.0035
