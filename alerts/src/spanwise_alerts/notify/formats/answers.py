"""Read answers that say in their JSON how it ended, whatever the status is."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from typing import Any, cast

from spanwise_alerts.alert import Outcome
from spanwise_alerts.notify.http import Answer, bounded_wait_s, outcome_of


def said(answer: Answer) -> dict[str, Any]:
    """Return the JSON object that was answered; an empty one where it is none."""
    try:
        found: object = json.loads(answer.text)
    except ValueError:
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def asked(answer: Answer, wait_s: object) -> Answer:
    """Return the answer with the wait that its JSON asks for, where it is longer than that of its headers."""
    if isinstance(wait_s, bool) or not isinstance(wait_s, int | float):
        return answer
    return replace(answer, retry_after_s=max(answer.retry_after_s, bounded_wait_s(float(wait_s))))


def coded(answer: Answer, keys: Collection[str], passing: Collection[int], wait_s: float = 0.0) -> Outcome:
    """Read an answer whose status is 200 whatever happened.

    Args:
        answer: as it came.
        keys: under one of them is a code, 0 where it was taken.
        passing: codes of trouble that passes.
        wait_s: how long such trouble lasts.
    """
    by_status = outcome_of(answer)
    if by_status.kind != "delivered":
        return by_status
    # the beginning of an answer that broke off tells nothing
    if not answer.text:
        return Outcome("retry", "answered 200 without a word")
    body = said(answer)
    code = next((body[key] for key in keys if isinstance(body.get(key), int)), None)
    if code == 0:
        return by_status
    if code in passing:
        return Outcome("retry", answer.reason, max(wait_s, answer.retry_after_s))
    return Outcome("dead", answer.reason)
