import pytest

from spanwise_dashboards.board import Variable
from spanwise_dashboards.query import RANGE, Scope
from spanwise_schema.alert_metrics import ANOMALY_SCORE, OBSERVED
from spanwise_schema.metrics import LLM_COST, RUN_DURATION, RUNS_ACTIVE, SERVICE_INFO, STORED, TOOL_DURATION

SERVICE = Variable("service", "Service", "service_name", RUN_DURATION)
TENANT = Variable("tenant", "Tenant", "tenant", RUN_DURATION)
NOTHING = Scope(())


def test_a_variable_filters_each_metric_that_has_its_label():
    scope = Scope((SERVICE, TENANT))
    assert scope.rate(LLM_COST) == (
        'sum (rate(spanwise_llm_cost_usd_total{service_name=~"$service",tenant=~"$tenant"}[$__rate_interval]))'
    )
    assert scope.gauge(RUNS_ACTIVE) == 'sum (spanwise_runs_active{service_name=~"$service",tenant=~"$tenant"})'
    assert scope.increase(STORED) == "sum (increase(spanwise_collector_spans_stored_total[$__range]))"


def test_error_ratio_is_zero_without_errors_and_absent_without_traffic():
    assert NOTHING.error_ratio(TOOL_DURATION, ["gen_ai_tool_name"], window=RANGE) == (
        '(sum by (gen_ai_tool_name) (rate(gen_ai_execute_tool_duration_seconds_count{error_type!=""}[$__range]))'
        " or 0 * sum by (gen_ai_tool_name) (rate(gen_ai_execute_tool_duration_seconds_count[$__range])))"
        " / (sum by (gen_ai_tool_name) (rate(gen_ai_execute_tool_duration_seconds_count[$__range])) > 0)"
    )


def test_quantile_keeps_the_bucket_bounds():
    assert NOTHING.quantile(0.95, RUN_DURATION, ["gen_ai_agent_name"]) == (
        "histogram_quantile(0.95, sum by (le, gen_ai_agent_name)"
        " (rate(spanwise_run_duration_seconds_bucket[$__rate_interval]))) >= 0"
    )


def test_values_of_a_variable_are_narrowed_by_those_before_it():
    scope = Scope((SERVICE, TENANT))
    assert scope.label_values(SERVICE) == "label_values(spanwise_run_duration_seconds_count, service_name)"
    assert scope.label_values(TENANT) == (
        'label_values(spanwise_run_duration_seconds_count{service_name=~"$service"}, tenant)'
    )


def test_a_label_that_the_metric_lacks_is_refused_by_name():
    with pytest.raises(ValueError, match=r"spanwise_runs_active has no label 'error_type'; it has \['service_name'"):
        NOTHING.gauge(RUNS_ACTIVE, ["error_type"])


def test_a_sample_that_the_type_lacks_is_refused_by_name():
    with pytest.raises(ValueError, match=r"spanwise_llm_cost_usd is a counter and has no sample 'bucket'"):
        NOTHING.quantile(0.95, LLM_COST)
    with pytest.raises(ValueError, match=r"spanwise_runs_active is a gauge; expected a counter or a histogram"):
        NOTHING.rate(RUNS_ACTIVE)
    with pytest.raises(ValueError, match=r"spanwise_llm_cost_usd is a counter; expected a gauge"):
        NOTHING.gauge(LLM_COST)


def test_the_highest_and_the_number_of_gauges_follow_the_variables_too():
    scope = Scope((SERVICE,))
    assert scope.highest(RUNS_ACTIVE, ["service_name"]) == (
        'max by (service_name) (spanwise_runs_active{service_name=~"$service"})'
    )
    assert scope.count(RUNS_ACTIVE) == 'count(spanwise_runs_active{service_name=~"$service"}) or vector(0)'
    assert NOTHING.count(RUNS_ACTIVE, at_least=1) == "count(spanwise_runs_active >= 1) or vector(0)"


def test_a_gauge_of_the_highest_series_is_ranked_once_for_the_whole_range():
    assert NOTHING.of_the_highest(OBSERVED, ANOMALY_SCORE) == (
        "spanwise_alerts_observed and topk(1, max_over_time(spanwise_alerts_anomaly_score[$__range] @ end()))"
    )
    with pytest.raises(ValueError, match="spanwise_runs_active and spanwise_alerts_anomaly_score have different"):
        NOTHING.of_the_highest(RUNS_ACTIVE, ANOMALY_SCORE)


def test_newcomers_are_values_that_were_not_there_the_hour_before():
    assert NOTHING.newcomers(SERVICE_INFO, ["service_version"]) == (
        "group by (service_version) (spanwise_service_info) unless"
        " group by (service_version) (last_over_time(spanwise_service_info[1h] offset 2m))"
    )


def test_values_of_a_variable_may_be_those_of_a_gauge():
    variable = Variable("service", "Service", "service_name", RUNS_ACTIVE)
    assert Scope((variable,)).label_values(variable) == "label_values(spanwise_runs_active, service_name)"
