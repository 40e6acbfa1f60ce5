"""One configuration for all parts."""

from pathlib import Path

import pytest

from spanwise_alerts.faults import ConfigError
from spanwise_stack.config import Flags, StackConfig, agent_environment, load


def written(folder: Path, text: str) -> Path:
    file = folder / "spanwise.yaml"
    file.write_text(text)
    return file


def faults(folder: Path, text: str) -> list[str]:
    file = written(folder, text)
    with pytest.raises(ConfigError) as caught:
        load(file)
    return [str(fault).replace(str(file), "F") for fault in caught.value.faults]


def test_without_a_file_everything_has_a_default():
    assert load() == StackConfig()
    assert load().collector.otlp.http == "127.0.0.1:4318"
    assert load().alerts.http == "127.0.0.1:9093"


@pytest.mark.parametrize("text", ["", "# nothing\n", "collector:\nalerts:\n", "{}"])
def test_an_empty_file_is_the_defaults(tmp_path, text):
    assert load(written(tmp_path, text)) == StackConfig()


def test_flags_win_over_the_file_and_the_file_over_defaults(tmp_path):
    file = written(tmp_path, 'collector: {http: "127.0.0.1:1", otlp: {http: "127.0.0.1:2"}}')
    config = load(file, Flags(http="127.0.0.1:3", alerts="127.0.0.1:4", data=Path("here")))
    assert config.collector.http == "127.0.0.1:3"
    assert config.collector.otlp.http == "127.0.0.1:2"
    assert config.collector.otlp.grpc == "127.0.0.1:4317"
    assert config.alerts.http == "127.0.0.1:4"
    assert config.collector.data == Path("here")


def test_every_fault_of_every_part_is_told_at_once(tmp_path):
    (tmp_path / "rules.yaml").write_text("rules: [{name: r, measure: llm.duration, stat: p96, tiers: {}}]")
    found = faults(
        tmp_path,
        """
        alert: {}
        collector: {otlp: {htp: "127.0.0.1:1", grpc: nowhere}, limits: {series: 0}}
        alerts:
          rule_files: [rules.yaml, none/*.yaml]
          route: {receiver: team}
        """,
    )
    text = "\n".join(found)
    assert "F: alert: unknown key" in text
    assert "did you mean 'alerts'?" in text
    assert "F: collector.otlp.htp: unknown key" in text
    assert "did you mean 'http'?" in text
    assert 'F: collector.otlp.grpc: expected "HOST:PORT"' in text
    assert "F: collector.limits.series: got 0" in text
    assert "rules.yaml: rules[0].stat: got 'p96'" in text
    assert "F: alerts.rule_files[1]" in text
    assert "F: alerts.route.receiver" in text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("collector: [", "line 1"),
        ("collector: {http: a:1}\ncollector: {}", "twice"),
        ("- a list", "expected a mapping with collector, alerts"),
        ("collector: 3", "F: collector: got 3, expected a mapping"),
        ("alerts: 3", "F: alerts: got 3, expected a mapping"),
    ],
)
def test_what_is_no_mapping_is_named(tmp_path, text, told):
    assert told in "\n".join(faults(tmp_path, text))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"none\.yaml: cannot be read: No such file"):
        load(tmp_path / "none.yaml")


def test_two_parts_on_one_port_are_a_fault_that_names_both(tmp_path):
    found = faults(tmp_path, 'collector: {http: "127.0.0.1:4318"}\nalerts: {http: "0.0.0.0:4317"}')
    assert found == [
        "F: collector.http: 127.0.0.1:4318 clashes with collector.otlp.http 127.0.0.1:4318; --http HOST:PORT moves it",
        "F: alerts.http: 0.0.0.0:4317 clashes with collector.otlp.grpc 127.0.0.1:4317; --alerts HOST:PORT moves it",
    ]


def test_free_ports_and_other_hosts_do_not_clash():
    load(None, Flags(otlp_http="127.0.0.1:0", otlp_grpc="127.0.0.1:0", http="127.0.0.2:9093"))


def test_rule_files_are_found_beside_the_file(tmp_path):
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "one.yaml").write_text(
        "rules: [{name: r, measure: llm.duration, stat: p95, tiers: {warning: {above: 8s}}}]"
    )
    config = load(written(tmp_path, "alerts: {rule_files: [rules/*.yaml]}"))
    assert [rule.name for rule in config.alerts.rules] == ["r"]


def test_the_agent_of_the_demo_sends_nothing_elsewhere(monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://elsewhere.example")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://elsewhere.example")
    monkeypatch.setenv("HOME", "/home/of/mine")
    environment = agent_environment()
    assert "http://elsewhere.example" not in environment.values()
    assert environment["HOME"] == "/home/of/mine"
    assert "127.0.0.1" in environment["NO_PROXY"]
