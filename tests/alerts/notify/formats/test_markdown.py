# ruff: noqa: RUF001  letters that look alike are what is tested
from __future__ import annotations

from spanwise_alerts.notify.card import card_of
from spanwise_alerts.notify.formats.markdown import paragraphs
from tests.alerts.notify.formats.cases import cases, slow, told


def test_names_of_ours_are_bold_and_texts_of_strangers_are_plain():
    card = card_of(told(slow(description="see [this](https://evil.example) **now**")))
    first, value, *_ = paragraphs(card)
    assert first.replace("\u2060", "") == "see ［this］（https://evil.example） ＊＊now＊＊"
    assert value == "**Value** 16.2 s, threshold 15 s, 42 observations in 5m"


def test_links_are_ours():
    *_, links, actions = paragraphs(card_of(cases()["fired"]))
    assert links.startswith("[Runbook](https://example.com/runbooks/llm-latency) · [Numbers](http://127.0.0.1:8750/")
    assert actions.startswith("[Acknowledge](https://alerts.example.com/act/acknowledge?token=abc&x=1)")
