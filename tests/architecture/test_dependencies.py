"""Each member declares exactly the members that design and import contracts allow."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ALLOWED = {
    "instrumentation": set(),
    "schema": set(),
    "collector": {"spanwise-schema"},
    "analysis": {"spanwise-schema"},
    "alerts": {"spanwise-schema", "spanwise-analysis"},
    "dashboards": {"spanwise-schema"},
    "compose": {
        "spanwise",
        "spanwise-schema",
        "spanwise-collector",
        "spanwise-analysis",
        "spanwise-alerts",
        "spanwise-dashboards",
    },
}
STANDARD_LIBRARY_ONLY = "schema"


def declared(member):
    project = tomllib.loads((ROOT / member / "pyproject.toml").read_text())["project"]
    names = [requirement.split(">")[0].split("[")[0].strip() for requirement in project["dependencies"]]
    return {name for name in names if name.startswith("spanwise")}


def imported(member):
    found = set()
    for path in (ROOT / member / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return {name.replace("_", "-") for name in found if name.startswith("spanwise")}


def own_name(member):
    return tomllib.loads((ROOT / member / "pyproject.toml").read_text())["project"]["name"]


@pytest.mark.parametrize("member", ALLOWED)
def test_a_member_declares_no_more_than_it_may_know(member):
    assert declared(member) <= ALLOWED[member]


@pytest.mark.parametrize("member", ALLOWED)
def test_a_member_declares_what_it_imports(member):
    assert imported(member) - {own_name(member)} <= declared(member)


def test_every_member_is_in_the_workspace():
    workspace = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert set(workspace["tool"]["uv"]["workspace"]["members"]) == set(ALLOWED)


def test_the_schema_depends_on_nothing():
    project = tomllib.loads((ROOT / STANDARD_LIBRARY_ONLY / "pyproject.toml").read_text())["project"]
    assert project["dependencies"] == []


def test_the_lock_has_hashes_and_no_addresses():
    lock = (ROOT / "requirements.lock").read_text()
    pins = [line for line in lock.splitlines() if line and not line.startswith((" ", "#"))]
    assert all("==" in pin for pin in pins)
    assert lock.count("--hash=sha256:") >= len(pins)
    assert "://" not in lock


def test_types_are_checked_in_every_member():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["basedpyright"]
    assert settings["include"] == [f"{member}/src" for member in sorted(ALLOWED)]
