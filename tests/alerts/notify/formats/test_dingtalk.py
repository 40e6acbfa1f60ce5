from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import parse_qs, urlsplit

import pytest

from spanwise_alerts.alert import Outcome
from spanwise_alerts.notify.http import Answer
from tests.alerts.notify.formats.cases import NOW_S, cases, format_of


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('{"errcode":0,"errmsg":"ok"}', "delivered"), ('{"errcode":310000,"errmsg":"sign not match"}', "dead"),
        ('{"errcode":300001,"errmsg":"token is not exist"}', "dead"), ('{"errcode":-1,"errmsg":"busy"}', "retry"),
        ('{"errcode":130101,"errmsg":"send too fast"}', "retry"), ('{"errmsg":"ok"}', "dead"),
    ],
)  # fmt: skip
def test_answers_are_read_as_dingtalk_means_them(text: str, wanted: str):
    assert format_of("dingtalk").outcome(Answer(200, text)).kind == wanted


def test_who_told_too_much_waits_for_a_minute():
    text = '{"errcode":410100}'
    assert format_of("dingtalk").outcome(Answer(200, text)) == Outcome("retry", f"answered 200: {text}", 60.0)


def test_the_signature_is_that_of_the_manual():
    url = urlsplit(format_of("dingtalk").post(cases()["fired"], NOW_S).url)
    query = {name: value for name, (value,) in parse_qs(url.query, strict_parsing=True).items()}
    wanted = hmac.new(b"SECsigns", b"1800000600000\nSECsigns", hashlib.sha256).digest()
    assert (query["access_token"], query["timestamp"]) == ("secret", "1800000600000")
    assert base64.b64decode(query["sign"]) == wanted


def test_without_a_secret_the_link_stays_as_it_is():
    url = format_of("dingtalk", secret=None).post(cases()["fired"], NOW_S).url
    assert url == "https://oapi.dingtalk.com/robot/send?access_token=secret"
