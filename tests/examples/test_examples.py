"""Every file of examples/ does what it says."""

import asyncio
import random
import sys
import sysconfig
from pathlib import Path

import pytest

from spanwise_alerts.config import load_rules
from spanwise_alerts.files import read_yaml
from spanwise_alerts.rule_test import run_file
from spanwise_collector.serving import serving
from spanwise_stack.config import agent_environment, load
from spanwise_stack.demo.provider import Provider
from spanwise_stack.demo.weather import Weather
from tests.support.collector import collecting

EXAMPLES = Path(__file__).parents[2] / "examples"
AGENT = EXAMPLES / "agent_openai.py"
SPANWISE = str(Path(sysconfig.get_path("scripts")) / "spanwise")


async def answered(host, *command):
    environment = {**agent_environment(), "OPENAI_BASE_URL": f"http://{host}/v1", "OPENAI_API_KEY": "x"}
    process = await asyncio.create_subprocess_exec(
        *command, str(AGENT), "What is the capital of Mali?", env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, err
    assert err == b""
    return out.decode()


async def test_the_agent_answers_without_spanwise_being_there():
    provider = Provider(Weather(random.Random(1)))
    async with serving(provider.app, "127.0.0.1:0", "provider") as host:
        assert len(await answered(host, sys.executable)) > 20
    assert provider.answered == 2


async def test_the_agent_is_traced_by_spanwise_run_without_a_change(tmp_path):
    provider = Provider(Weather(random.Random(1)))
    async with collecting(tmp_path) as talk, serving(provider.app, "127.0.0.1:0", "provider") as host:
        endpoint = talk.otlp.removesuffix("/v1/traces")
        await answered(host, SPANWISE, "run", "--service", "example", "--endpoint", endpoint, "python")
        assert await talk.value("llm.calls", "count", where="agent:answerer", window="10m") == 2
        assert await talk.value("tool.calls", "count", where="tool:look_up", window="10m") == 1
        assert await talk.value("run.count", "count", where="service:example", window="10m") == 1


def test_the_configuration_is_valid_and_finds_the_rules():
    config = load(EXAMPLES / "spanwise.yaml")
    assert [rule.name for rule in config.alerts.rules] == ["llm-latency", "llm-errors", "run-cost"]
    assert config.alerts.route.receiver == "team"


@pytest.mark.parametrize("file", sorted((EXAMPLES / "rules").iterdir()), ids=lambda file: file.name)
def test_each_rule_file_is_valid(file):
    assert load_rules(read_yaml(file, file.name), file.name)


def test_every_example_is_tested_here():
    names = {file.relative_to(EXAMPLES).as_posix() for file in EXAMPLES.rglob("*") if file.suffix in {".py", ".yaml"}}
    assert names == {"agent_openai.py", "spanwise.yaml", "rules/latency.yaml", "rule_tests/latency.yaml"}


@pytest.mark.parametrize("file", sorted((EXAMPLES / "rule_tests").iterdir()), ids=lambda file: file.name)
def test_each_test_of_rules_passes(file):
    count, unmet = run_file(file, file.name)
    assert count
    assert unmet == []
