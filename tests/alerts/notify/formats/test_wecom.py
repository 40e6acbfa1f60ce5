# ruff: noqa: RUF001  letters that look alike are what is tested
from __future__ import annotations

import pytest

from spanwise_alerts.notify.card import card_of
from spanwise_alerts.notify.formats.wecom import body_of
from spanwise_alerts.notify.http import Answer
from tests.alerts.notify.formats.cases import cases, format_of, slow, told


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('{"errcode":0,"errmsg":"ok"}', "delivered"), ('{"errcode":93000,"errmsg":"invalid webhook url"}', "dead"),
        ('{"errcode":40058,"errmsg":"exceed max length"}', "dead"), ('{"errcode":45009,"errmsg":"freq"}', "retry"),
        ('{"errcode":-1,"errmsg":"system busy"}', "retry"),
    ],
)  # fmt: skip
def test_answers_are_read_as_wecom_means_them(text: str, wanted: str):
    assert format_of("wecom").outcome(Answer(200, text)).kind == wanted


def test_the_head_has_the_colour():
    assert body_of(card_of(cases()["resolved"]))["markdown"]["content"].startswith(
        '<font color="info">[RESOLVED]</font>'
    )


def test_nobody_is_mentioned():
    content = body_of(card_of(told(slow(summary="<@all> **x**"))))["markdown"]["content"]
    assert content.startswith('<font color="warning">[FIRING:critical]</font> **＜＠all＞ ＊＊x＊＊**')
