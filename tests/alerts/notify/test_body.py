"""The body of a webhook; `python -m tests.alerts.notify.test_body` writes its published schema anew."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from spanwise_alerts.alert import Expected, Letter
from spanwise_alerts.evidence import Contributor, Course, Evidence, Example, Shift, Turn
from spanwise_alerts.notify.body import body_of, schema
from tests.alerts.builders import a_letter

PUBLISHED = Path(__file__).parents[3] / "docs" / "schemas" / "webhook-v2.json"
FOUND = Evidence(
    history=(Turn(1000.5, "warning"), Turn(1060.0, None)),
    contributors=(Contributor("model", "gpt-4o", "9.5 s", 0.8), Contributor("tool", "search", "2 s")),
    examples=(Example("ab" * 16, "https://traces.example.com/ab", "chat gpt-4o, 9.5 s", failing=True),),
    shifts=(Shift("share of input read from the cache", "80 %", "12 %"),),
    course=Course("p95 of llm.duration", "s", (1000.0,), (9.5,)), board="https://grafana.example.com/d/llm",
    missing="traces were not asked for in time", chart=b"\x89PNG",
)  # fmt: skip


def written() -> str:
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def dressed(**changes: Any) -> Letter:
    letter = a_letter(**changes)
    return replace(letter, evidence={"00000000000000aa": FOUND}, actions={"Acknowledge": "https://a.example.com/x"})


def sent(letter: Letter) -> dict[str, Any]:
    return msgspec.json.decode(msgspec.json.encode(body_of(letter)))


def test_the_published_schema_is_that_of_what_is_sent():
    assert PUBLISHED.read_text() == written(), "python -m tests.alerts.notify.test_body"


@pytest.mark.parametrize(
    "letter",
    [
        a_letter(), dressed(), a_letter(status="resolved", ends_at_s=2000.0, value=None, threshold=None),
        a_letter(expected=Expected(2.0, None, 4.5, 0.001)), a_letter(previous_tier="info", source="push"),
    ],
)  # fmt: skip
def test_what_is_sent_is_what_the_schema_says(letter: Letter):
    jsonschema.Draft202012Validator(json.loads(PUBLISHED.read_text())).validate(sent(letter))


def test_what_was_found_and_what_can_be_done_are_in_it():
    body = sent(dressed())
    assert body["actions"] == {"Acknowledge": "https://a.example.com/x"}
    assert body["alerts"][0]["evidence"] == {
        "history": [
            {"at": "1970-01-01T00:16:40.500Z", "tier": "warning"}, {"at": "1970-01-01T00:17:40.000Z", "tier": None},
        ],
        "contributors": [
            {"dimension": "model", "value": "gpt-4o", "amount_text": "9.5 s", "share": 0.8},
            {"dimension": "tool", "value": "search", "amount_text": "2 s", "share": None},
        ],
        "examples": [{
            "trace_id": "ab" * 16, "url": "https://traces.example.com/ab", "summary": "chat gpt-4o, 9.5 s",
            "failing": True,
        }],
        "shifts": [{"what": "share of input read from the cache", "before": "80 %", "now": "12 %"}],
        "board": "https://grafana.example.com/d/llm", "missing": "traces were not asked for in time",
    }  # fmt: skip


def test_where_nothing_was_looked_for_there_is_no_evidence():
    body = sent(a_letter())
    assert (body["alerts"][0]["evidence"], body["actions"]) == (None, {})


def test_the_end_is_in_it():
    body = sent(a_letter(status="resolved", ends_at_s=2000.0))
    assert (body["status"], body["alerts"][0]["ends_at"]) == ("resolved", "1970-01-01T00:33:20.000Z")


def test_the_band_that_was_expected_is_in_it():
    body = sent(a_letter(expected=Expected(5.0, None, 7.5, 0.001)))
    assert body["alerts"][0]["expected"] == {"value": 5.0, "lower": None, "upper": 7.5, "probability": 0.001}


def test_whatever_is_no_number_is_null():
    assert sent(a_letter(value=float("inf")))["alerts"][0]["value"] is None


if __name__ == "__main__":
    PUBLISHED.write_text(written())
