import re

from spanwise_schema.alert_metrics import ALERT_METRICS
from spanwise_schema.metrics import METRICS


def test_names_are_distinct_begin_with_the_parts_name_and_carry_no_sample_suffix():
    names = [metric.name for metric in ALERT_METRICS]
    assert len(set(names) | {metric.name for metric in METRICS}) == len(names) + len(METRICS)
    assert all(re.fullmatch(r"spanwise_alerts_[a-z_]+(?<!_total)", name) for name in names)


def test_each_says_what_it_is_in_a_sentence():
    assert all(metric.help.endswith(".") for metric in ALERT_METRICS)
