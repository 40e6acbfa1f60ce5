import subprocess

import pytest
import yaml

from spanwise_dashboards.alerting import CONTACT_NAME, contact_point, duration, duration_s, read_rules
from spanwise_dashboards.sources import PROMETHEUS
from tests.support.prometheus import binary

GROUPS = {
    "groups": [
        {
            "name": "runs",
            "interval": "30s",
            "rules": [
                {"record": "runs:rate5m", "expr": "rate(x_total[5m])"},
                {
                    "alert": "slow", "expr": "up > 1", "for": "90s", "keep_firing_for": "10m",
                    "labels": {"severity": "warning"},
                    "annotations": {"summary": "{{ $labels.job }} is at {{ $value | humanize }}"},
                },
                {"alert": "slow", "expr": "up > 2", "labels": {"severity": "critical"}},
                {"alert": "slow", "expr": "up > 3", "labels": {"severity": "critical"}},
            ],
        },
        {"name": "recorded", "rules": [{"record": "a", "expr": "b"}]},
    ]
}  # fmt: skip


def written(folder, page):
    file = folder / "rules.yml"
    file.write_text(page if isinstance(page, str) else yaml.safe_dump(page))
    return file


def test_alerting_rules_become_grafanas_and_recorded_series_stay_with_prometheus(tmp_path):
    file = written(tmp_path, GROUPS)
    subprocess.run([binary("promtool"), "check", "rules", file], check=False, capture_output=True, timeout=60)
    (group,) = read_rules(file, tell=False)
    assert (group.title, group.interval_s) == ("runs", 30)
    assert [rule["title"] for rule in group.rules] == ["slow (warning)", "slow (critical)", "runs 4: slow (critical)"]
    first = group.rules[0]
    assert (first["for"], first["keep_firing_for"], first["labels"]) == ("1m30s", "10m", {"severity": "warning"})
    assert first["annotations"] == {"summary": "{{ $labels.job }} is at {{ $values.query.Value | humanize }}"}
    assert group.rules[1]["for"] == "0s"


def test_a_rule_fires_for_every_series_that_its_query_answers(tmp_path):
    (group,) = read_rules(written(tmp_path, GROUPS), tell=False)
    query, there, threshold = group.rules[0]["data"]
    assert query["model"]["expr"] == "up > 1"
    assert query["model"]["instant"] is True
    assert query["datasourceUid"] == query["model"]["datasource"]["uid"] == PROMETHEUS.uid
    assert "is_nan($query)" in there["model"]["expression"]
    assert threshold["model"]["conditions"] == [{"evaluator": {"type": "gt", "params": [0]}}]
    assert group.rules[0]["condition"] == threshold["refId"]


def test_uids_are_the_same_each_time_and_differ_between_rules(tmp_path):
    first, again = (read_rules(written(tmp_path, GROUPS), tell=False)[0].rules for _ in range(2))
    uids = [rule["uid"] for rule in first]
    assert uids == [rule["uid"] for rule in again]
    assert len(set(uids)) == len(uids)
    assert all(len(uid) <= 40 for uid in uids)


def test_our_contact_point_tells_of_rules_where_there_is_one(tmp_path):
    (told,), (plain,) = (read_rules(written(tmp_path, GROUPS), tell=tell) for tell in (True, False))
    assert told.rules[0]["notification_settings"] == {"receiver": CONTACT_NAME}
    assert "notification_settings" not in plain.rules[0]
    assert contact_point("http://alerts:9093")["settings"] == {"url": "http://alerts:9093"}


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("groups: [", "cannot read"),
        ("rules: []", "expected a rule file of Prometheus, with the key `groups`"),
        ("groups: [{rules: []}]", "groups[0]: expected `name` and `rules`"),
        ("groups: [{name: a, rules: [{alert: b}]}]", "groups[0].rules[0]: expected `alert` and `expr`, or `record`"),
        (
            "groups: [{name: a, rules: [{alert: b, expr: c, for: soon}]}]",
            "rules[0].for: got 'soon', expected a duration",
        ),
        ("groups: [{name: a, interval: 1x, rules: []}]", "interval: got '1x', expected a duration such as 5m"),
    ],
)
def test_what_is_no_rule_file_is_refused_with_its_place(page, words, tmp_path):
    with pytest.raises(ValueError, match=r"^rules: ") as caught:
        read_rules(written(tmp_path, page), tell=False)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "seconds", "again"),
    [("90s", 90, "1m30s"), ("5m", 300, "5m"), ("1d2h", 93600, "1d2h"), ("0s", 0, "0s"), ("2w", 1209600, "2w")],
)
def test_durations_are_written_as_grafana_gives_them_back(text, seconds, again):
    assert duration_s(text, "here") == seconds
    assert duration(seconds) == again
