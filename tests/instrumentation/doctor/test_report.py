import json

from spanwise.doctor.cases import ESTIMATED, FINISH, INPUT, OUTPUT, RESENDS, TTFT
from spanwise.doctor.examine import Examined, Outcome
from spanwise.doctor.report import Report, as_json, as_text

STREAM = {INPUT: 11, OUTPUT: 7, FINISH: ("stop",), TTFT: 0.0021}
BROKEN = {INPUT: 8, OUTPUT: 5, ESTIMATED: True}
GOOD = Examined(
    "openai",
    "3.52.0",
    (
        Outcome("stream", (STREAM,)),
        Outcome("early break", (BROKEN,)),
        Outcome("429, then 200", ({"error.type": "429"}, {**STREAM, RESENDS: 1})),
    ),
)
BAD = Examined("httpx", "0.28.1", (Outcome("500", (), ("0 spans, expected 1",)),))


def test_table_is_aligned_and_marks_estimates():
    assert as_text(Report((GOOD,)), colour=False).splitlines() == [
        "openai 3.52.0",
        "  case           spans  input  output  first chunk  finish  error",
        "  stream         1      11     7       2.1 ms       stop    -              ok",
        "  early break    1      ~8     ~5      -            -       -              ok",
        "  429, then 200  2      11     7       2.1 ms       stop    429 resent 1x  ok",
        "",
        "~ is an estimate: the stream was left before the provider told its usage.",
        "",
        "Everything expected is captured.",
    ]


def test_what_is_missing_is_told_below_its_table():
    told = as_text(Report((BAD,)), colour=False)
    assert "    500: 0 spans, expected 1" in told
    assert told.endswith("Something expected is not captured.")
    assert not Report((BAD,)).healthy


def test_case_that_could_not_be_played_says_why():
    lacking = Examined("requests", "2.34.2", (Outcome("cancel", skipped="no asynchronous client"),))
    assert as_text(Report((lacking,)), colour=False).splitlines()[2].endswith("no asynchronous client")
    assert Report((lacking,)).healthy


def test_nothing_installed_warnings_and_sdks_not_driven_are_told():
    told = as_text(Report((), ("openai 9.0 was never tested",), ("anthropic 2.11.0",)), colour=False)
    assert "No SDK that the doctor can drive is installed." in told
    assert "not driven here: anthropic 2.11.0." in told
    assert "warning: openai 9.0 was never tested" in told


def test_colours_are_only_there_when_asked_for():
    report = Report((GOOD, BAD), ("one",))
    assert "\x1b" not in as_text(report, colour=False)
    assert "\x1b[31m" in as_text(report, colour=True)


def test_json_holds_every_case_with_its_spans():
    told = json.loads(as_json(Report((GOOD, BAD), ("one",), ("anthropic 2.11.0",))))
    assert told["healthy"] is False
    assert told["warnings"] == ["one"]
    assert told["unprobed"] == ["anthropic 2.11.0"]
    assert told["sdks"][0]["cases"][0] == {
        "case": "stream",
        "missing": [],
        "skipped": None,
        "spans": [{INPUT: 11, OUTPUT: 7, FINISH: ["stop"], TTFT: 0.0021}],
    }
