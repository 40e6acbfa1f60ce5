import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanwise.content import secrets, suspicion
from tests.instrumentation.content.test_secrets import JWT, KEYS, PEM

ALL = frozenset(secrets.SCANS)
SAMPLES = [
    *(("api_key", key) for key in KEYS),
    ("jwt", JWT),
    ("private_key", PEM),
    ("authorization", "bearer abc123def456"),
    ("authorization", "AUTHORIZATION: Basic dXNlcjpwYXNz"),
    ("email", "ann@example.com"),
    ("card_number", "4111 1111-1111 1111"),
]


def test_words_arouse_no_suspicion():
    told = msgspec.json.encode([{"role": "user", "parts": [{"type": "text", "content": "It is 10:30 on 2026-11-20."}]}])
    assert suspicion.kinds_in(told, ALL) == set()


@pytest.mark.parametrize(("kind", "secret"), SAMPLES)
def test_a_secret_arouses_suspicion_of_its_kind_and_only_where_wanted(kind, secret):
    told = msgspec.json.encode({"a": [f"before {secret} after"]})
    assert kind in suspicion.kinds_in(told, ALL)
    assert suspicion.kinds_in(told, ALL - {kind}).isdisjoint({kind})


@settings(deadline=None)
@given(st.text(), st.sampled_from(SAMPLES), st.text())
def test_whatever_a_scan_would_replace_is_suspected(before, sample, after):
    kind, secret = sample
    text = before + secret + after
    if secrets.SCANS[kind](text) != text:
        assert kind in suspicion.kinds_in(msgspec.json.encode(text), ALL)


@settings(deadline=None)
@given(st.text(alphabet='eyJsk-_AIza0123456789.@ "\\\nbearBEGIN', max_size=200))
def test_no_scan_would_replace_what_is_not_suspected(text):
    suspected = suspicion.kinds_in(msgspec.json.encode(text), ALL)
    for kind in ALL - suspected:
        assert secrets.SCANS[kind](text) == text


@pytest.mark.parametrize("name", ["api_key", "X-Api-Key", "access_token", "client_secret", "clientSecret"])
def test_a_member_that_is_a_secret_by_its_name_is_suspected(name):
    assert "api_key" in suspicion.kinds_in(msgspec.json.encode({name: "hidden"}), ALL)


@pytest.mark.parametrize(("data", "there"), [(b"a;base64,b", True), (b"a;b", False), (b"ab", False), (b"", False)])
def test_sign_is_held_where_all_of_it_is_there(data, there):
    assert suspicion.holds(data, suspicion.EMBEDDED) is there
