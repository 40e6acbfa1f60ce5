from __future__ import annotations

import pytest

from spanwise_alerts.alert import Posted
from spanwise_alerts.plan import Kept
from spanwise_alerts.pushed import kept_of, merged, over


def posted(start: float | None, end: float | None, now_s: float = 10.0, **labels: str) -> Kept:
    return kept_of(Posted({"alertname": "a", **labels}, {}, start, end), now_s, 300.0)


def test_without_times_it_begins_now_and_is_over_after_the_timeout():
    kept = posted(None, None)
    assert (kept.notice.starts_at_s, kept.notice.ends_at_s, kept.expires_at_s, kept.timeout) == (
        10.0,
        None,
        310.0,
        True,
    )


def test_an_end_in_the_past_is_a_resolved_alert():
    kept = posted(None, 8.0)
    assert (kept.notice.status, kept.notice.starts_at_s, kept.notice.ends_at_s) == ("resolved", 8.0, 8.0)


def test_empty_labels_do_not_count_and_none_at_all_are_refused():
    assert posted(1.0, None, b="").notice.labels == {"alertname": "a"}
    with pytest.raises(ValueError, match="without labels"):
        kept_of(Posted({"a": ""}), 10.0, 300.0)
    with pytest.raises(ValueError, match="expected start time before end time"):
        posted(5.0, 4.0)


@pytest.mark.parametrize(
    ("severity", "tier"),
    [("critical", "critical"), ("page", "critical"), ("info", "info"), ("odd", "warning"), ("", "warning")],
)
def test_the_tier_comes_from_the_label_severity(severity: str, tier: str):
    assert posted(1.0, None, severity=severity).notice.tier == tier


def test_the_words_are_its_annotations_or_its_labels():
    assert posted(1.0, None, b="c").notice.summary == "a (b=c)"
    texts = {"summary": "s", "description": "d", "runbook_url": "https://r", "other": "o"}
    notice = kept_of(Posted({"alertname": "a"}, texts, 1.0, None, "http://p/graph"), 10.0, 300.0).notice
    assert (notice.summary, notice.description, notice.runbook) == ("s", "d", "https://r")
    assert (notice.annotations, notice.links) == (texts, {"source": "http://p/graph"})


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        # (start, end), at 10 s; wanted are start and end
        ((1.0, 20.0), (2.0, 30.0), (1.0, 30.0)),
        ((2.0, 20.0), (1.0, 15.0), (1.0, 20.0)),
        ((1.0, 20.0), (1.0, 9.0), (1.0, 9.0)),
        ((1.0, 9.0), (1.0, 8.0), (1.0, 9.0)),
        ((1.0, 5.0), (6.0, 30.0), (6.0, 30.0)),
    ],
)
def test_what_overlaps_is_one_alert_and_what_does_not_is_another(
    old: tuple[float, float], new: tuple[float, float], wanted: tuple[float, float]
):
    """The cases of TestAlertMerge in Alertmanager's types_test.go, and of its provider."""
    kept = merged(posted(*old), posted(*new), 10.0)
    assert (kept.notice.starts_at_s, kept.expires_at_s) == wanted
    assert kept.notice.status == ("resolved" if wanted[1] <= 10.0 else "firing")


def test_an_end_that_was_assumed_gives_way_to_one_that_was_said():
    assert merged(posted(1.0, None, 5.0), posted(1.0, 20.0), 10.0).expires_at_s == 20.0
    assert merged(posted(1.0, 400.0), posted(1.0, None), 10.0).expires_at_s == 400.0


def test_it_is_over_when_its_end_has_come():
    notice = over(posted(1.0, 20.0)).notice
    assert (notice.status, notice.ends_at_s) == ("resolved", 20.0)
