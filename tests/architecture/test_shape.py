"""Small files, small functions, one line that says what a file is for."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(ROOT.glob("*/src/**/*.py"))
MAX_LINES = 400
MAX_FUNCTION_LINES = 50
FORBIDDEN_FOLDERS = {"utils", "helpers", "common", "core", "manager", "misc"}


def name_of(path):
    return str(path.relative_to(ROOT))


def functions(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_source_file_is_small_and_says_what_it_is_for(path):
    text = path.read_text()
    assert ast.get_docstring(ast.parse(text)), "no module docstring"
    assert len(text.splitlines()) <= MAX_LINES


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_functions_are_small(path):
    long = [
        f"{f.name} ({f.end_lineno - f.lineno + 1})"
        for f in functions(path)
        if f.end_lineno - f.lineno + 1 > MAX_FUNCTION_LINES
    ]
    assert not long


def test_packages_hold_no_logic_in_init():
    for path in SOURCES:
        if path.name == "__init__.py":
            logic = [n for n in ast.parse(path.read_text()).body if isinstance(n, ast.For | ast.While | ast.ClassDef)]
            assert not logic, name_of(path)


def test_folders_are_named_after_the_flow():
    folders = {part for path in SOURCES for part in path.relative_to(ROOT).parts[:-1]}
    assert not folders & FORBIDDEN_FOLDERS


def test_the_median_file_is_small():
    sizes = sorted(len(path.read_text().splitlines()) for path in SOURCES if path.name != "__init__.py")
    assert sizes[len(sizes) // 2] <= 120
    assert sizes[int(len(sizes) * 0.9)] <= 250
