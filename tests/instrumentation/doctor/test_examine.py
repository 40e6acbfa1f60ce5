import sys
from types import ModuleType

import pytest

import spanwise
from spanwise.doctor.examine import examine, installed
from spanwise.doctor.probes.httpx_family import HttpxFamily
from spanwise.doctor.probes.on_requests import OnRequests
from spanwise.doctor.probes.openai_family import OpenAIFamily


def test_real_sdk_is_captured_in_every_case():
    (openai,) = examine([OpenAIFamily("openai", "OpenAI", "/v1")])
    assert {outcome.case: outcome.missing for outcome in openai.outcomes} == dict.fromkeys(
        ("plain", "stream", "early break", "429, then 200", "500", "cancel", "tool call"), ()
    )
    assert openai.version.split(".")[0] == "3"


def test_sdk_that_is_not_installed_is_left_out():
    assert installed("no-such-sdk") is None
    assert examine([HttpxFamily("no-such-sdk")]) == []


def test_broken_installation_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "httpx2", None)
    (broken,) = examine([HttpxFamily("httpx2")])
    ((outcome,), (missing,)) = broken.outcomes, broken.outcomes[0].missing
    assert outcome.case == "import"
    assert missing.startswith("cannot be imported: ModuleNotFoundError")


def test_sdk_that_cannot_be_driven_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "httpx2", ModuleType("httpx2"))
    (odd,) = examine([HttpxFamily("httpx2")])
    assert odd.outcomes[0].missing == (
        "could not be driven: AttributeError: module 'httpx2' has no attribute 'Client'",
    )


def test_case_that_an_sdk_has_no_way_to_play_is_no_fault():
    (requests,) = examine([OnRequests()])
    skipped = {outcome.case: outcome.skipped for outcome in requests.outcomes if outcome.skipped}
    assert skipped == {"cancel": "no asynchronous client"}


def test_tracing_is_off_afterwards():
    examine([HttpxFamily("httpx2")])
    import httpx2

    assert not hasattr(httpx2.Client.send, "__wrapped__")


def test_what_is_not_captured_is_seen(monkeypatch):
    monkeypatch.setattr("spanwise.apis.registry.find", lambda *_: None)
    (blind,) = examine([HttpxFamily("httpx2")])
    assert {fault for outcome in blind.outcomes for fault in outcome.missing} == {
        "0 spans, expected 1",
        "0 spans, expected 2",
    }


@pytest.fixture(autouse=True)
def _off():
    yield
    spanwise.uninstrument()
