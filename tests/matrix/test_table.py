import json
import re

import pytest

from tests.matrix import table
from tests.matrix.play import Cell, Row
from tests.matrix.sdks import SCENARIOS, SDKS, Sdk

SDK = Sdk("openai", "with_openai.py", "OpenAI chat")
ROWS = [
    Row(SDK, "3.0", doctor=Cell(), cells={**dict.fromkeys(SCENARIOS, Cell()), "stream": Cell(("ttft None", "kind 1"))}),
    Row(
        SDK,
        "2.0",
        doctor=Cell(skipped="drives what is below"),
        cells={**dict.fromkeys(SCENARIOS, Cell()), "async": Cell(skipped="a synchronous client")},
    ),
    Row(Sdk("other", "with_other.py", "x|y"), missing="not installed: no such version"),
]


def test_what_was_found_is_told_once_below_the_table():
    told = table.markdown(ROWS).splitlines()
    assert told[2] == "| openai 3.0 | OpenAI chat | ✓ | ✗ (1) | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ |"
    assert told[3] == "| openai 2.0 | OpenAI chat | ✓ | ✓ | not played (2) | ✓ | ✓ | ✓ | ✓ | not played (3) |"
    assert told[4].count("not played (4)") == len(SCENARIOS)
    assert told[-5:] == [
        "1. ttft None; kind 1",
        "2. a synchronous client",
        "3. drives what is below",
        "4. not installed: no such version",
        "5. not played",
    ]


def test_sdk_without_an_older_major_says_why():
    told = table.markdown([Row(Sdk("boto3", "with_boto3.py", "Bedrock Converse"), "1.44", Cell(), {})])
    assert told.endswith("Without a row of an older major: `boto3` (one major so far; an older minor is beside it).")


def test_every_sdk_has_a_row_of_an_older_version_or_says_why_not():
    older = {sdk.name for sdk in SDKS if "<" in f"{sdk.version}{sdk.beside}"}
    assert {sdk.name for sdk in SDKS} - older == {sdk.name for sdk in SDKS if sdk.alone} - older


def test_rows_of_an_sdk_take_the_place_of_those_that_the_page_has(tmp_path):
    page = tmp_path / "page.md"
    kept = Row(Sdk("groq", "", "OpenAI chat"), "1.0", Cell(), dict.fromkeys(SCENARIOS, Cell()))
    page.write_text(f"{table.BEGIN}\n{table.END}\n")
    table.write_rows([ROWS[0], kept], page)
    table.write_rows([ROWS[1]], page)
    assert re.findall(r"^\| ([a-z]+ [0-9.]+) ", page.read_text(), re.MULTILINE) == ["openai 2.0", "groq 1.0"]


def test_call_that_another_tells_is_good_and_says_who():
    cell = Cell(others=("com.anthropic.sdk.python",))
    told = table.markdown([Row(SDK, "3.0", doctor=Cell(), cells=dict.fromkeys(SCENARIOS, cell))])
    assert told.count("✓ (1)") == len(SCENARIOS)
    assert told.endswith("1. told by com.anthropic.sdk.python, from which ours stands back")


def test_only_what_stands_between_the_marks_is_written(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n")
    table.write(ROWS, page)
    told = page.read_text()
    assert told.startswith(f"before\n{table.BEGIN}\n| SDK |")
    assert told.endswith(f"{table.END}\nafter\n")
    assert "old" not in told


def test_page_is_read_as_it_was_written(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"{table.BEGIN}\n{table.END}\n")
    told = Row(SDK, "4.0", doctor=Cell(), cells=dict.fromkeys(SCENARIOS, Cell(others=("their scope",))))
    table.write([*ROWS[:2], told], page)
    first = page.read_text()
    table.write(table.read(page), page)
    assert page.read_text() == first


def test_page_without_marks_is_refused(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("nothing")
    with pytest.raises(SystemExit, match="expected"):
        table.write(ROWS, page)


def test_json_says_why_a_row_is_missing():
    told = json.loads(table.as_json(ROWS))
    assert told[0]["cells"]["stream"] == {"good": False, "found": ["ttft None", "kind 1"], "skipped": None}
    assert told[2]["missing"] == "not installed: no such version"


def test_every_row_has_a_script_and_a_folder_of_its_own():
    from tests.matrix.environment import AGENTS

    assert all((AGENTS / sdk.script).is_file() for sdk in SDKS)
    assert len({sdk.row for sdk in SDKS}) == len(SDKS)
    assert {sdk.script for sdk in SDKS} | {"scenarios.py", "http2_front.py"} == {
        script.name for script in AGENTS.glob("*.py")
    }


def test_tested_versions_of_good_rows_are_kept_for_the_doctor(tmp_path):
    file = tmp_path / "tested.py"
    file.write_text('VERSIONS: Final[dict[str, tuple[str, ...]]] = {\n    "groq": ("1.0",),\n}\nrest\n')
    table.write_tested(ROWS, file)
    assert file.read_text().splitlines() == [
        "VERSIONS: Final[dict[str, tuple[str, ...]]] = {",
        '    "groq": ("1.0",),',
        '    "openai": ("2.0",),',
        "}",
        "rest",
    ]


def test_page_holds_every_row():
    from tests.matrix.environment import ROOT

    _, _, rest = (ROOT / "docs" / "instrumentation.md").read_text().partition(table.BEGIN)
    told = rest.partition(table.END)[0]
    assert {sdk.name for sdk in SDKS} == set(re.findall(r"^\| (?!SDK)([a-z0-9-]+) ", told, re.MULTILINE))
