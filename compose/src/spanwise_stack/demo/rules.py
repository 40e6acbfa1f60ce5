"""The demo's alert rules, and the receiver that its mails and webhooks go to."""

from __future__ import annotations

from typing import Any, Final

from spanwise_stack.demo.sinks import Sinks

WINDOW_S: Final = 20
LATENCY: Final = "llm-latency"
RATE_LIMITED: Final = "llm-rate-limited"

_RULES: Final[list[dict[str, Any]]] = [
    {
        "name": LATENCY,
        "measure": "llm.duration",
        "stat": "p95",
        "by": ["provider", "model"],
        "window": f"{WINDOW_S}s",
        "min_count": 5,
        "tiers": {
            "warning": {"above": "1.5s", "for": "0s", "clear_below": "1s"},
            "critical": {"above": "2.5s", "for": "2s", "clear_below": "1.5s"},
        },
        "summary": "{{ model }} p95 is {{ value }}, expected below {{ threshold }}",
    },
    {
        "name": RATE_LIMITED,
        "measure": "llm.errors",
        "stat": "ratio",
        "by": ["provider", "model"],
        "window": f"{WINDOW_S}s",
        "min_count": 5,
        "tiers": {"warning": {"above": "5%", "for": "0s"}},
        "summary": "{{ value }} of the calls of {{ model }} fail, expected below {{ threshold }}",
    },
]


def alerts_section(http: str, sinks: Sinks) -> dict[str, Any]:
    """Write the `alerts:` section that tells the demo's sinks.

    Args:
        http: where the alert manager listens, "host:port".
        sinks: where mail and webhook arrive.
    """
    host, _, port = sinks.smtp.partition(":")
    mail = {"to": ["oncall@example.com"], "from": "spanwise@example.com", "host": host, "port": int(port)}
    webhook = {"url": sinks.webhook_url, "allow_private": True}
    receiver = {"name": "demo", "webhook": webhook, "email": {**mail, "tls": "none"}}
    # one story with one alert: the rules that are brought along would add their own
    told = {"rules": _RULES, "default_rules": False, "receivers": [receiver], "route": {"receiver": "demo"}}
    return {"http": http, **told}
