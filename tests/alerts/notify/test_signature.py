from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from spanwise_alerts.notify.signature import key_of, signed


def test_the_example_of_the_specification_comes_out():
    # the values of the Standard Webhooks libraries' own tests
    key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = signed(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330.9, b'{"test": 2432232314}')
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }  # fmt: skip


def test_a_secret_without_the_prefix_is_the_key_itself():
    secret = "quite a long secret of the receiver"
    assert key_of(secret) == secret.encode()


@pytest.mark.parametrize("change", [("b", 2.0, b"x"), ("a", 3.0, b"x"), ("a", 2.0, b"y")])
def test_the_signature_holds_delivery_time_and_body_together(change: tuple[str, float, bytes]):
    key = key_of("k" * 24)
    assert signed(key, *change)["webhook-signature"] != signed(key, "a", 2.0, b"x")["webhook-signature"]
    mac = hmac.new(key, b"a.2.x", hashlib.sha256).digest()
    assert signed(key, "a", 2.0, b"x")["webhook-signature"] == f"v1,{base64.b64encode(mac).decode()}"


@pytest.mark.parametrize(
    ("secret", "wanted"),
    [("hunter2", "at least 24 bytes"), ("whsec_hunter2!", "base64"), ("whsec_aHVudGVyMg==", "at least 24")],
)
def test_a_weak_or_broken_secret_is_refused_without_being_shown(secret: str, wanted: str):
    with pytest.raises(ValueError, match=wanted) as caught:
        key_of(secret)
    assert secret.removeprefix("whsec_") not in str(caught.value)
