"""The page about Alertmanager's place names every path, command and key that there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from spanwise_alerts.adopt import models
from spanwise_alerts.command import _COMMANDS, main
from spanwise_alerts.rule_test import AlertTest, ExpectedAlert, InputSeries, RuleTest, StoryFile, run_file
from spanwise_alerts.view.wire import MAX_BYTES
from tests.alerts.commands.test_testing import RULES
from tests.support.desk import desk

PAGE = (Path(__file__).parents[2] / "docs" / "alertmanager.md").read_text()


async def test_every_path_is_on_the_page(tmp_path: Path):
    async with desk(tmp_path) as made:
        paths = (await made.get("/openapi.json"))["paths"]
    for path, methods in paths.items():
        for method in methods:
            assert f"`{method.upper()} {path}`" in PAGE
    assert f"{MAX_BYTES // 2**20} MiB" in PAGE


def test_every_command_is_on_the_page(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main(["--help"])
    names = re.findall(r"^    ([\w-]+)(?: {2,}|$)", capsys.readouterr().out, re.MULTILINE)
    assert names == list(_COMMANDS)
    for name in names:
        assert f"`spanwise alerts {name}" in PAGE


@pytest.mark.parametrize("model", [StoryFile, RuleTest, InputSeries, AlertTest, ExpectedAlert])
def test_every_key_of_a_test_is_on_the_page(model: type[BaseModel]):
    for name, field in model.model_fields.items():
        assert re.search(rf"[\s`{{]{field.alias or name}[`:]", PAGE), name


@pytest.mark.parametrize("model", [models.Route, models.InhibitRule, models.WebhookConfig, models.EmailConfig])
def test_every_key_that_is_taken_from_an_alertmanager_yml_is_on_the_page(model: type[BaseModel]):
    others = {"source_matchers", "target_matchers", "equal", "name", "receiver"}  # as in ours
    for name, field in model.model_fields.items():
        assert f"`{field.alias or name}`" in PAGE or name in others, name


def test_the_test_of_the_page_passes(tmp_path: Path):
    (tmp_path / "latency.yaml").write_text(RULES.replace("by:", 'summary: "{{ model }} p95 is {{ value }}"\n    by:'))
    found = re.search(r"```yaml\n(rule_files.*?)```", PAGE, re.DOTALL)
    assert found is not None
    assert yaml.safe_load(found[1])
    (tmp_path / "test.yaml").write_text(found[1])
    assert run_file(tmp_path / "test.yaml", "test.yaml") == (2, [])
