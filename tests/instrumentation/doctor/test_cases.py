import pytest
from opentelemetry.trace import Status, StatusCode

from spanwise.doctor import cases, loopback
from spanwise.doctor.cases import CASES, ESTIMATED, FINISH, INPUT, OUTPUT, RESENDS, TTFT, SdkFailed, missing
from spanwise.doctor.probes.httpx_family import HttpxFamily
from tests.instrumentation.conftest import Spans

PROBE = HttpxFamily("httpx2")
BY_NAME = {case.name: case for case in CASES}
GOOD = {INPUT: 11, OUTPUT: 7, FINISH: ["stop"], "gen_ai.request.model": "gpt-4o"}


def spans(*told):
    made = Spans()
    for attributes in told:
        span = made.provider.get_tracer("t").start_span("chat", attributes=attributes)
        if "error.type" in attributes:
            span.set_status(Status(StatusCode.ERROR))
        span.end()
    return made.all()


def test_names_are_those_of_the_issue():
    assert list(BY_NAME) == ["plain", "stream", "tool call", "early break", "429, then 200", "500", "cancel"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("plain", [GOOD]),
        ("stream", [{**GOOD, TTFT: 0.1}]),
        ("early break", [{ESTIMATED: True, INPUT: 1, OUTPUT: 1, TTFT: 0.1}]),
        ("429, then 200", [{"error.type": "429"}, {**GOOD, RESENDS: 1}]),
        ("500", [{"error.type": "500"}]),
        ("cancel", [{"error.type": "CancelledError"}]),
        ("tool call", [{**GOOD, FINISH: ["tool_calls"]}]),
    ],
)
def test_truthful_spans_miss_nothing(name, told):
    assert missing(BY_NAME[name], PROBE, spans(*told)) == []


@pytest.mark.parametrize(
    ("name", "told", "found"),
    [
        ("plain", [], "0 spans, expected 1"),
        ("plain", [GOOD, GOOD], "2 spans, expected 1"),
        ("plain", [{**GOOD, INPUT: 12}], f"{INPUT}: got 12, expected 11"),
        ("plain", [{**GOOD, TTFT: 0.1}], f"{TTFT}: got 0.1, expected None"),
        ("stream", [GOOD], f"{TTFT}: not told"),
        ("early break", [{ESTIMATED: True, TTFT: 0.1, OUTPUT: 1}], f"{INPUT}: not told"),
        ("429, then 200", [{"error.type": "429"}, GOOD], f"{RESENDS}: got None, expected 1"),
        ("500", [GOOD], "error.type: got None, expected '500'"),
    ],
)
def test_what_is_not_told_is_named_with_its_value(name, told, found):
    assert missing(BY_NAME[name], PROBE, spans(*told)) == [found]


def test_error_without_its_status_is_found():
    made = Spans()
    made.provider.get_tracer("t").start_span("chat", attributes={"error.type": "500"}).end()
    assert missing(BY_NAME["500"], PROBE, made.all()) == ["status UNSET"]


class Silent(HttpxFamily):
    """An SDK that swallows everything."""

    def ask(self, sdk, address, *, retries):
        del sdk, address, retries

    def stream(self, sdk, address):
        del sdk, address
        yield 1

    async def ask_async(self, sdk, address):
        del sdk, address


@pytest.mark.parametrize("name", ["stream", "500", "cancel"])
def test_sdk_that_hides_what_a_case_is_about_is_told(name):
    with loopback.serve() as server, pytest.raises(SdkFailed):
        BY_NAME[name].drive(Silent("httpx2"), None, server)


def test_case_waits_for_no_longer_than_the_sdk_needs(monkeypatch):
    monkeypatch.setattr(cases, "_ASKED_S", 0.01)
    with loopback.serve() as server, pytest.raises(SdkFailed, match="NoneType"):
        BY_NAME["cancel"].drive(Silent("httpx2"), None, server)
