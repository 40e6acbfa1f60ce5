from __future__ import annotations

import json
from pathlib import Path

import pytest

from spanwise_alerts.command import main
from spanwise_alerts.commands.testing import EXAMPLES

RULES = """
rules:
  - name: llm-latency
    measure: llm.duration
    stat: p95
    by: [provider, model]
    tiers:
      warning:  {above: 8s,  for: 2m}
      critical: {above: 15s, for: 1m, clear_below: 12s}
"""


def test_the_example_of_the_help_passes_and_a_wrong_one_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "latency.yaml").write_text(RULES)
    test = tmp_path / "latency_test.yaml"
    text = "\n".join(line.removeprefix("  ") for line in EXAMPLES.partition("A test file:\n")[2].splitlines())
    test.write_text(text)
    assert main(["test", str(test)]) == 0
    assert capsys.readouterr().out == "ok: 2 expectations\n"
    test.write_text(text.replace("critical", "info"))
    assert main(["test", str(test)]) == 1
    found = capsys.readouterr()
    assert found.out == "2 expectations, 1 not met\n"
    assert "llm-latency at 180s: expected {'model': 'gpt-4o', 'severity': 'info'}" in found.err
    assert main(["test", "--json", str(test)]) == 1
    assert json.loads(capsys.readouterr().out)["expectations"] == 2
