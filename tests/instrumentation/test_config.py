import re
from pathlib import Path

import pytest

from spanwise import config


def test_empty_environment_exports_to_the_local_collector():
    assert config.read({}) == config.Config()
    assert config.read({}).export.traces_endpoint == "http://127.0.0.1:4318/v1/traces"


def test_all_faults_are_told_at_once_with_variable_value_and_expectation():
    environ = {
        "SPANWISE_STREAM_USAGE": "maybe",
        "OTEL_TRACES_EXPORTER": "zipkin",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/json",
    }
    with pytest.raises(ValueError, match="SPANWISE_STREAM_USAGE: got 'maybe', expected true or false") as raised:
        config.read(environ)
    assert "OTEL_TRACES_EXPORTER: got 'zipkin', expected one of console, otlp, " in str(raised.value)


def test_what_only_a_provider_of_ours_needs_is_no_fault_where_none_is_built():
    assert config.read({"OTEL_TRACES_EXPORTER": "zipkin"}, building=False) == config.Config()


@pytest.mark.parametrize(
    ("value", "hosts"),
    [("", ()), ("none", ()), ("all", ("all",)), (" Gateway.internal , b:8000", ("gateway.internal", "b:8000"))],
)
def test_hosts_that_are_told_the_context_are_none_all_or_listed(value, hosts):
    assert config.read({"SPANWISE_PROPAGATE": value}).propagate == hosts


@pytest.mark.parametrize("value", ["http://gateway", "all,gateway", "gateway,none"])
def test_hosts_that_are_no_hosts_are_a_fault(value):
    with pytest.raises(ValueError, match=r"SPANWISE_PROPAGATE: got .* expected none, all, or hosts"):
        config.read({"SPANWISE_PROPAGATE": value})


def test_flags_are_read_and_arguments_win():
    environ = {"SPANWISE_STREAM_USAGE": "false", "SPANWISE_RAISE_FAULTS": "1"}
    read = config.read(environ)
    assert (read.stream_usage, read.raise_faults) == (False, True)
    assert config.read(environ, stream_usage=True).stream_usage is True


def test_providers_of_ones_own_are_read_and_arguments_win():
    environ = {"SPANWISE_PROVIDERS": " llm.internal=vllm , localhost:8000 = sglang,"}
    assert config.read(environ).providers == {"llm.internal": "vllm", "localhost:8000": "sglang"}
    read = config.read(environ, providers={"llm.internal": "tgi"})
    assert read.providers == {"llm.internal": "tgi", "localhost:8000": "sglang"}


@pytest.mark.parametrize("entry", ["llm.internal", "=vllm", "llm.internal=", "http://llm.internal=vllm"])
def test_provider_that_is_no_pair_is_a_fault(entry):
    with pytest.raises(ValueError, match=r"SPANWISE_PROVIDERS: got '.*', expected host=provider"):
        config.read({"SPANWISE_PROVIDERS": entry})


def test_child_environment_puts_the_bootstrap_first_and_keeps_the_rest(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/a:/boot:/b")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://old")
    environ = config.child_environment(Path("/boot"), "svc", "http://new")
    assert environ["PYTHONPATH"] == "/boot:/a:/b"
    assert environ["OTEL_SERVICE_NAME"] == "svc"
    assert environ["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://new"
    assert "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" not in environ


def test_name_that_is_much_like_one_of_ours_is_warned_of_once(caplog):
    config._warn_of.cache_clear()
    environ = {"SPANWISE_STREM_USAGE": "false", "SPANWISE_PROVIDER": "x", "SPANWISE_SMTP_PASSWORD": "secret"}
    for _ in range(2):
        assert config.read(environ).stream_usage is True
    assert sorted(record.getMessage() for record in caplog.records) == [
        "spanwise: SPANWISE_PROVIDER is no setting; did you mean SPANWISE_PROVIDERS?",
        "spanwise: SPANWISE_STREM_USAGE is no setting; did you mean SPANWISE_STREAM_USAGE?",
    ]


def test_every_setting_that_the_page_names_is_known():
    page = (Path(__file__).parents[2] / "docs" / "instrumentation.md").read_text()
    assert set(re.findall(r"\bSPANWISE_[A-Z_]+\b", page)) == config._NAMES
