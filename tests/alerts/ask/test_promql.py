from __future__ import annotations

import pytest

from spanwise_alerts.ask.promql import count_of, dimension_of, duration, greatest_of, value_of
from spanwise_alerts.errors import AskError
from spanwise_alerts.question import Question

METRIC = "gen_ai_client_operation_duration_seconds"
WHERE = (("agent", 'a"b'),)
AGENT = '{gen_ai_agent_name="a\\"b"}'


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        (
            Question("llm.duration", "p95", ("model",), (), 300),
            f"histogram_quantile(0.95, sum by (le, gen_ai_request_model) (rate({METRIC}_bucket{{}}[300s])))",
        ),
        (
            Question("llm.duration", "mean", (), WHERE, 60),
            f"sum (rate({METRIC}_sum{AGENT}[60s])) / sum (rate({METRIC}_count{AGENT}[60s]))",
        ),
        (
            Question("llm.calls", "rate", ("agent",), (), 60),
            f"sum by (gen_ai_agent_name) (rate({METRIC}_count{{}}[60s]))",
        ),
        (
            Question("llm.cost", "sum", (), (), 60, ago_s=3600),
            "sum (increase(spanwise_llm_cost_usd_total{}[60s] offset 3600s))",
        ),
        (Question("", "", promql="up == 0"), "up == 0"),
    ],
)
def test_a_question_is_written_over_the_metrics_of_the_catalogue(question: Question, wanted: str):
    assert value_of(question) == wanted


def test_failures_are_those_with_a_type_of_error_and_none_is_zero():
    asked = value_of(Question("llm.errors", "ratio", (), (), 60))
    assert f'{METRIC}_count{{error_type!=""}}' in asked
    assert " or 0 * " in asked


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        (Question("llm.duration", "max", (), (), 60), "greatest"),
        (Question("llm.cost", "p95", (), (), 60), "no buckets"),
        (Question("llm.cost", "mean", (), (), 60), "mean cannot be asked"),
        (Question("llm.cost", "count", (), (), 60), "count cannot be asked"),
        (Question("llm.cost", "sum", (), (("user", "x"),), 60), "no label for 'user'"),
        (Question("tool.calls", "count", ("operation",), (), 60), "no label for 'operation'"),
        (Question("tool.calls", "count", (), (("operation", "x"),), 60), "no label for 'operation'"),
    ],
)
def test_what_the_metrics_do_not_tell_is_refused(question: Question, wanted: str):
    with pytest.raises(AskError, match=wanted):
        value_of(question)


def test_labels_become_dimensions_again():
    assert (dimension_of("gen_ai_request_model"), dimension_of("job")) == ("model", "job")


def test_counters_tell_no_count_of_observations():
    assert count_of(Question("llm.cost", "sum", (), (), 60)) == ""
    assert "_count" in count_of(Question("llm.duration", "p95", (), (), 60))


def test_calls_without_a_price_are_counted_by_the_counter_of_calls_and_not_of_tokens():
    asked = Question("llm.unpriced", "count", ("model",), (), 60)
    wanted = "sum by (gen_ai_request_model) (increase(spanwise_llm_unpriced_calls_total{}[60s]))"
    assert value_of(asked) == count_of(asked) == wanted


@pytest.mark.parametrize(("length_s", "wanted"), [(30 * 86400.0, "2592000s"), (0.5, "500ms"), (90.0, "90s")])
def test_durations_have_no_fraction_and_no_exponent(length_s: float, wanted: str):
    assert duration(length_s) == wanted


def test_no_quantile_is_beyond_the_last_bucket_and_a_mean_may_be():
    assert greatest_of(Question("llm.duration", "p95", (), (), 60)) == 81.92
    assert greatest_of(Question("llm.duration", "mean", (), (), 60)) is None
