from __future__ import annotations

import pytest

from spanwise_alerts.cover import Cover

WHOLE = Cover("out", "openai", "", frozenset({("shop", "buyer"), ("desk", "clerk")}), 300.0)
MODEL = Cover("out", "openai", "gpt", frozenset({("shop", "buyer")}), 300.0)


@pytest.mark.parametrize(
    ("cover", "labels", "measure", "explained"),
    [
        (WHOLE, {"agent": "buyer"}, "llm.errors", True),
        (WHOLE, {"service": "shop", "agent": "buyer"}, "run.errors", True),
        (WHOLE, {"service": "desk", "agent": "buyer"}, "run.errors", False),
        (WHOLE, {"agent": "other"}, "llm.errors", False),
        (WHOLE, {"agent": "buyer"}, "tool.duration", False),
        (WHOLE, {"agent": "buyer"}, "", False),
        (WHOLE, {"agent": "buyer", "provider": "anthropic"}, "llm.errors", False),
        (WHOLE, {"provider": "openai", "model": "mini"}, "llm.duration", True),
        (WHOLE, {"provider": "anthropic"}, "llm.duration", False),
        (WHOLE, {}, "llm.errors", False),
        (MODEL, {"provider": "openai", "model": "mini"}, "llm.duration", False),
        (MODEL, {"provider": "openai", "model": "gpt"}, "llm.duration", True),
        (MODEL, {"provider": "openai"}, "llm.errors", True),
    ],
)
def test_a_consequence_is_what_is_about_a_victim_or_the_place(
    cover: Cover, labels: dict[str, str], measure: str, *, explained: bool
):
    assert cover.explains({"alertname": "x", **labels}, measure) is explained
