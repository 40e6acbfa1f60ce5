from pathlib import Path

import pytest

from spanwise import config


def test_empty_environment_exports_to_the_local_collector():
    assert config.read({}) == config.Config()
    assert config.read({}).traces_endpoint == "http://127.0.0.1:4318/v1/traces"


@pytest.mark.parametrize(
    ("environ", "endpoint", "expected"),
    [
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:1/"}, None, "http://c:1/v1/traces"),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:2/own"}, None, "http://c:2/own"),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:2/own"}, "http://c:3", "http://c:3/v1/traces"),
    ],
)
def test_argument_wins_over_the_variable_for_traces_over_the_one_for_all(environ, endpoint, expected):
    assert config.read(environ, endpoint=endpoint).traces_endpoint == expected


def test_all_faults_are_told_at_once_with_variable_value_and_expectation():
    environ = {
        "SPANWISE_STREAM_USAGE": "maybe",
        "OTEL_TRACES_EXPORTER": "zipkin",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
    }
    with pytest.raises(ValueError, match="SPANWISE_STREAM_USAGE") as raised:
        config.read(environ)
    told = str(raised.value)
    assert "SPANWISE_STREAM_USAGE: got 'maybe', expected true or false" in told
    assert "OTEL_TRACES_EXPORTER: got 'zipkin', expected one of otlp, console, none" in told
    assert "OTEL_EXPORTER_OTLP_PROTOCOL: got 'grpc', expected one of http/protobuf" in told


def test_flags_are_read_and_arguments_win():
    environ = {"SPANWISE_STREAM_USAGE": "false", "SPANWISE_RAISE_FAULTS": "1", "OTEL_BSP_SCHEDULE_DELAY": "50"}
    read = config.read(environ)
    assert (read.stream_usage, read.raise_faults, read.schedule_delay_ms) == (False, True, None)
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
