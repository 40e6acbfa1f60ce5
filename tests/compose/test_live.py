"""The table for a terminal."""

from rich.console import Console

from spanwise_stack.live import Live
from spanwise_stack.numbers import Row, Snapshot
from spanwise_stack.terminal import Firing, View


def test_it_shows_models_tools_alerts_and_where_to_look(capsys):
    live = Live("http://127.0.0.1:8750/docs", 20, Console(width=100, force_terminal=True, highlight=False))
    numbers = Snapshot(
        models=(Row("gpt-4o", 1234, 1, 2.5, 1000, 200, 0.25), Row("house-7b", 5, 0, None, 500, 100, None)),
        tools=(Row("search_web", 3, 0, 0.2),),
    )
    with live:
        live.say("a line [that stays]")
        live.show(View(3.0, "fault", numbers, (Firing("critical llm-latency", "slow"),)))
    shown = capsys.readouterr().out
    for part in (
        "1,234",
        "2.5 s",
        "unpriced",
        "search_web",
        "200 ms",
        "critical llm-latency: slow",
        "/docs",
        "[that stays]",
    ):
        assert part in shown
