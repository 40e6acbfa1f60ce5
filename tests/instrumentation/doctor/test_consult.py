import sys
from importlib.metadata import version

import pytest

from spanwise.doctor import consult, tested


def test_visit_drives_what_is_installed():
    report = consult.consult()
    assert {"openai", "httpx2", "httpx", "requests"} <= {sdk.distribution for sdk in report.sdks}
    assert report.healthy
    assert report.warnings == ()


def test_version_that_was_never_tested_is_warned_of(monkeypatch):
    monkeypatch.setattr(tested, "VERSIONS", {"openai": ("1.0", "2.0"), "requests": (version("requests"),)})
    monkeypatch.setattr(consult, "PROBES", ())
    report = consult.consult()
    assert report.warnings == (f"openai {version('openai')} was never tested; tested are 1.0, 2.0",)
    assert report.unprobed == (f"openai {version('openai')}", f"requests {version('requests')}")


@pytest.mark.parametrize(("bypass", "told"), [("127.0.0.1,localhost", False), ("example.com", True)])
def test_proxy_before_the_doctors_server_is_warned_of(monkeypatch, bypass, told):
    monkeypatch.setenv("http_proxy", "http://proxy.example.com:3128")
    monkeypatch.setenv("no_proxy", bypass)
    monkeypatch.setattr(consult, "PROBES", ())
    assert any("a proxy is set" in warning for warning in consult.consult().warnings) is told


@pytest.mark.parametrize(("names", "told"), [({"requests"}, True), ({"requests", "openai"}, False)])
def test_environment_without_an_sdk_may_be_the_wrong_one_and_is_named(monkeypatch, names, told):
    monkeypatch.setattr(consult, "installed", lambda name: "9" if name in names else None)
    monkeypatch.setattr(consult, "PROBES", ())
    expected = f"no SDK of a model is installed for {sys.executable}: is this the environment of your agent?"
    assert (expected in consult.consult().warnings) is told
