"""Lines for pipes and logs."""

import io

from spanwise_stack.numbers import Row, Snapshot
from spanwise_stack.terminal import Firing, Plain, View, dollars, seconds

NUMBERS = Snapshot(
    models=(Row("gpt-4o", 10, 1, 2.5, 1000, 200, 0.25), Row("house-7b", 5, 0, None, 500, 100, None)),
    tools=(Row("search_web", 3, 0, 0.2),),
)


def test_a_moment_is_one_line_with_the_sums_of_all_models():
    out = io.StringIO()
    with Plain(out) as screen:
        screen.show(View(12.0, "fault", NUMBERS, (Firing("critical llm-latency", "slow"),)))
    line = out.getvalue()
    assert line.count("\n") == 1
    for part in (
        "12s",
        "fault",
        "15 calls",
        "1 errors",
        "p95   2.5 s",
        "1,800 tokens",
        "$0.25",
        "firing: critical llm-latency",
    ):
        assert part in line


def test_no_number_is_not_shown_as_zero():
    assert seconds(None) == "-"
    assert dollars(None) == "unpriced"
