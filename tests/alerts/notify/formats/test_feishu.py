from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from spanwise_alerts.alert import Outcome
from spanwise_alerts.notify.http import Answer
from tests.alerts.notify.formats.cases import NOW_S, cases, format_of


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('{"StatusCode":0,"StatusMessage":"success","code":0}', "delivered"),
        ('{"code":0,"msg":"success"}', "delivered"), ('{"StatusCode":0}', "delivered"),
        ('{"code":9499,"msg":"Bad Request"}', "dead"), ('{"code":9499,"msg":"too many request"}', "retry"),
        ('{"code":2200,"msg":"internal error"}', "retry"),
        ('{"code":11232,"msg":"frequency limited psm"}', "retry"), ('{"code":19021,"msg":"sign match fail"}', "dead"),
        ('{"code":19024,"msg":"Key Words Not Found"}', "dead"), ("<html>", "dead"), ("[]", "dead"), ("", "retry"),
    ],
)  # fmt: skip
def test_answers_are_read_as_feishu_means_them(text: str, wanted: str):
    assert format_of("feishu").outcome(Answer(200, text)).kind == wanted


def test_a_status_that_is_no_success_stands():
    assert format_of("feishu").outcome(Answer(429, '{"code":0}', 3.0)) == Outcome(
        "retry", 'answered 429: {"code":0}', 3.0
    )


def test_the_signature_is_that_of_the_manual():
    body = format_of("feishu").post(cases()["fired"], NOW_S).body
    key = f"{body['timestamp']}\nsigns".encode()
    assert body["timestamp"] == "1800000600"
    assert base64.b64decode(body["sign"]) == hmac.new(key, b"", hashlib.sha256).digest()


def test_without_a_secret_nothing_is_signed():
    assert set(format_of("feishu", secret=None).post(cases()["fired"], NOW_S).body) == {"msg_type", "card"}
