import pytest

from tests.matrix import double_table
from tests.matrix.environment import ROOT
from tests.matrix.table import between
from tests.matrix.twice import Pair, Told
from tests.matrix.twins import TWINS

WAYS = {
    "run": Told(3, ("spanwise", "theirs", "theirs")),
    "ours": Told(3, ("theirs",) * 3),
    "theirs": Told(3, ("a", "spanwise"), "2 spans with tokens for 3 calls (a)"),
}


def test_table_says_who_told_how_many_calls_and_what_was_wrong():
    told = double_table.markdown([Pair(TWINS[0], "1.0", "", WAYS), Pair(TWINS[1], missing="not installed: no")])
    assert told.splitlines() == [
        "| beside | traces | `spanwise run` | ours first | theirs first |",
        "|---|---|---|---|---|",
        "| openinference-instrumentation-openai 1.0 | openai | theirs 2, ours 1 | theirs 3 | ✗ (1) |",
        "| opentelemetry-instrumentation-openai | openai | ✗ (2) | ✗ (2) | ✗ (2) |",
        "",
        "1. 2 spans with tokens for 3 calls (a)",
        "2. not installed: no",
    ]


def test_only_all_rows_are_written(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{double_table.BEGIN}\nold\n{double_table.END}\nafter\n")
    with pytest.raises(SystemExit, match="expected all"):
        double_table.write([Pair(TWINS[0])], page)
    double_table.write([Pair(twin, "1.0", "", WAYS) for twin in TWINS], page)
    head, middle, tail = between(page, double_table.BEGIN, double_table.END)
    assert (head, tail) == ("before\n", "\nafter\n")
    assert middle.count("| theirs 3 |") == len(TWINS)


def test_page_holds_every_other_tracer():
    _, told, _ = between(ROOT / "docs" / "instrumentation.md", double_table.BEGIN, double_table.END)
    assert all(f"| {twin.name} " in told for twin in TWINS)
