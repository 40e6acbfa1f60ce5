"""What the alert manager did, as one line for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from spanwise_alerts.events import AlertChanged, DeliveryAttempted, Event


def lines(event: Event) -> Iterator[str]:
    """Say what happened to an alert or to a message about it; of attempts that fail the 1st, the 10th, the 100th …."""
    if isinstance(event, AlertChanged):
        notice = event.notice
        yield f"alert {event.kind}  {notice.tier}  {notice.rule}: {notice.summary}"
    elif isinstance(event, DeliveryAttempted) and (
        event.outcome.kind != "retry" or str(event.attempts).rstrip("0") == "1"
    ):
        yield _line(event)


def _line(event: DeliveryAttempted) -> str:
    message, outcome = event.letter.message, event.outcome
    rules = ", ".join(dict.fromkeys(notice.rule for notice in message.notices)) or message.reason
    what = f"{message.status} {rules} to {event.letter.channel}"
    if outcome.kind == "delivered":
        return f"delivered  {what}"
    fate = "given up" if outcome.kind == "dead" else "to be tried again"
    return f"not delivered, {fate}  {what}, attempt {event.attempts}: {outcome.reason}"
