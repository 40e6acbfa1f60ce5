from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest

from spanwise_collector.errors import Forged
from spanwise_collector.stops import KEPT_NS, MOST, Stops, key_of

SECRET = "whsec_c3BhbndpY2UgZXhhbXBsZSBzZWNyZXQgMDEyMw=="
NOON_S = 1_790_000_000
TRACE = "ab" * 16


def signed(body: bytes, *, secret: str = SECRET, at_s: int = NOON_S) -> dict[str, str]:
    """As Standard Webhooks say."""
    message = b".".join((b"msg_1", str(at_s).encode(), body))
    mac = base64.b64encode(hmac.digest(key_of(secret), message, hashlib.sha256)).decode()
    return {"webhook-id": "msg_1", "webhook-timestamp": str(at_s), "webhook-signature": f"v1,{mac}"}


def a_stop(**changes) -> bytes:
    return json.dumps({"trace_id": TRACE, "reason": "it loops", "service": "shop", **changes}).encode()


@pytest.fixture
def clock():
    return [NOON_S]


@pytest.fixture
def stops(tmp_path, clock):
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    return Stops(file, lambda: clock[0] * 10**9)


def test_a_stop_is_told_to_its_service_for_an_hour(stops, clock):
    stops.take(signed(a_stop()), a_stop())
    wanted = {"trace_id": TRACE, "service": "shop", "agent": "", "reason": "it loops", "at": NOON_S}
    assert stops.told() == stops.told("shop") == [wanted]
    assert stops.told("other") == []
    clock[0] += KEPT_NS // 10**9
    assert stops.told("shop") == [wanted]
    clock[0] += 1
    assert stops.told("shop") == []


def test_a_stop_without_a_service_is_told_to_all_and_a_second_one_takes_its_place(stops):
    for reason in ("first", "second"):
        body = a_stop(service="", reason=reason)
        stops.take(signed(body), body)
    assert [stop["reason"] for stop in stops.told("any")] == ["second"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed(a_stop(), secret="another secret of 24 bytes"),
        signed(a_stop(reason="another")),
        {**signed(a_stop()), "webhook-id": "msg_2"},
        {**signed(a_stop()), "webhook-timestamp": str(NOON_S + 1)},
        {**signed(a_stop()), "webhook-signature": "v1,é"},
        signed(a_stop(), at_s=NOON_S - 301),
        signed(a_stop(), at_s=NOON_S + 301),
        {**signed(a_stop()), "webhook-timestamp": "soon"},
    ],
)
def test_what_is_not_signed_with_the_secret_or_is_old_is_refused(stops, headers):
    with pytest.raises(Forged):
        stops.take(headers, a_stop())
    assert stops.told() == []


def test_one_good_signature_of_several_is_enough(stops):
    headers = signed(a_stop())
    headers["webhook-signature"] = f"v1,old {headers['webhook-signature']}"
    stops.take(headers, a_stop())
    assert len(stops.told()) == 1


def test_without_a_secret_nothing_is_taken(tmp_path):
    for file in (None, tmp_path / "none"):
        with pytest.raises(Forged) as raised:
            Stops(file, lambda: NOON_S * 10**9).take(signed(a_stop()), a_stop())
        assert "secret" in str(raised.value)


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (b"<html>", "expected a stop as JSON"),
        (b"{}", "trace_id"),
        (a_stop(trace_id="x" * 32), "trace_id: got"),
        (a_stop(trace_id="ab"), "expected 32 hexadecimal digits"),
        (a_stop(action="go"), "action: got 'go', expected stop"),
    ],
)
def test_what_is_no_stop_is_told(stops, body, wanted):
    with pytest.raises(ValueError, match=wanted):
        stops.take(signed(body), body)


def test_no_more_are_kept_than_there_is_room_for(stops):
    for number in range(MOST + 5):
        body = a_stop(trace_id=f"{number:032x}")
        stops.take(signed(body), body)
    told = stops.told()
    assert len(told) == MOST
    assert told[0]["trace_id"] == f"{5:032x}"


@pytest.mark.parametrize("secret", ["short", "whsec_c2hvcnQ=", "whsec_no base64!"])
def test_a_secret_that_is_not_safe_is_refused_and_not_shown(secret):
    with pytest.raises(ValueError, match="what was found is not shown") as raised:
        key_of(secret)
    assert secret.removeprefix("whsec_") not in str(raised.value)
