from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from spanwise_alerts.alert import Posted
from spanwise_alerts.view.posted import body_of, read, unix_s


def test_alerts_are_read_as_prometheus_and_amtool_send_them():
    body = json.dumps([
        {"labels": {"a": "b", "empty": ""}, "annotations": {"summary": "s"}, "startsAt": "2026-11-20T10:00:00.5+02:00",
         "endsAt": "2026-11-20T08:10:00Z", "generatorURL": "http://p/graph"},
        {"labels": {"a": "c"}, "startsAt": "0001-01-01T00:00:00.000Z", "endsAt": "0001-01-01T00:00:00.000Z"},
    ]).encode()  # fmt: skip
    good, faults = read(body)
    assert faults == []
    ten = datetime(2026, 11, 20, 8, tzinfo=UTC).timestamp()
    assert good == [
        Posted({"a": "b"}, {"summary": "s"}, ten + 0.5, ten + 600, "http://p/graph"),
        Posted({"a": "c"}, {}, None, None, ""),
    ]


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        ({}, "[1]: Object missing required field `labels`"), ({"labels": {}}, "[1].labels: expected at least one"),
        ({"labels": {"a": ""}}, "[1].labels: expected at least one"),
        ({"labels": {"": "x"}}, "[1].labels: expected no"),
        ({"labels": {"a": 5}}, "[1]: Expected `str`, got `int`"),
        ({"labels": {"a": "b"}, "startsAt": 17}, "[1]: Expected `datetime | null`"),
        ({"labels": {"a": "b"}, "startsAt": "2026-11-20T10:00:00"}, "[1]: Expected `datetime` with a timezone"),
        (
            {"labels": {"a": "b"}, "startsAt": "2026-11-20T10:00:00Z", "endsAt": "2026-11-20T09:00:00Z"},
            "[1].endsAt: got",
        ),
    ],
)  # fmt: skip
def test_a_bad_one_is_named_by_its_place_and_the_others_count(bad: dict[str, object], fault: str):
    good, faults = read(json.dumps([{"labels": {"a": "1"}}, bad, {"labels": {"a": "2"}}]).encode())
    assert [posted.labels for posted in good] == [{"a": "1"}, {"a": "2"}]
    assert len(faults) == 1
    assert faults[0].startswith(fault)


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b"5", b'"x"'])
def test_what_is_no_list_is_refused_whole(body: bytes):
    with pytest.raises(ValueError, match="expected a JSON list of alerts"):
        read(body)


def test_the_zero_time_is_no_moment():
    assert unix_s(datetime(1, 1, 1, tzinfo=UTC)) is None
    assert unix_s(None) is None
    assert unix_s(datetime(1970, 1, 1, 0, 0, 5, tzinfo=UTC)) == 5.0


def test_a_body_is_described():
    assert "application/json" in body_of("x")["requestBody"]["content"]
