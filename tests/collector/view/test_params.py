import pytest

from spanwise_collector.view import params
from spanwise_collector.view.params import Invalid
from spanwise_schema.measures import MEASURES

LLM = MEASURES["llm.duration"]


@pytest.mark.parametrize(
    ("text", "nanos"),
    [
        ("5m", 300 * 10**9),
        ("90s", 90 * 10**9),
        ("250ms", 250 * 10**6),
        ("1.5h", 5_400 * 10**9),
        ("2d", 172_800 * 10**9),
    ],
)
def test_durations(text, nanos):
    assert params.duration_ns("window", text) == nanos


@pytest.mark.parametrize("text", ["", "5", "m", "-5m", "0s", "5 minutes", "1e3s", "9999999999d"])
def test_a_malformed_duration_names_the_field(text):
    with pytest.raises(Invalid, match="expected a duration") as caught:
        params.duration_ns("window", text)
    assert caught.value.detail()["loc"] == ["query", "window"]


@pytest.mark.parametrize(
    ("text", "nanos"),
    [
        ("1790000000", 1_790_000_000 * 10**9),
        ("1790000000.25", 1_790_000_000_250_000_000),
        ("2026-09-21T14:13:20Z", 1_790_000_000 * 10**9),
        ("2026-09-21T14:13:20", 1_790_000_000 * 10**9),
        ("2026-09-21T16:13:20 02:00", 1_790_000_000 * 10**9),
        ("2026-09-21T14:13:20.000001Z", 1_790_000_000_000_001_000),
    ],
)
def test_moments(text, nanos):
    assert params.moment_ns("at", text) == nanos


@pytest.mark.parametrize("text", ["", "yesterday", "nan", "inf", "1e300"])
def test_a_malformed_moment_names_the_field(text):
    with pytest.raises(Invalid, match="Unix seconds or RFC 3339"):
        params.moment_ns("at", text)


def test_an_unknown_measure_lists_what_there_is():
    with pytest.raises(Invalid, match=r"unknown measure 'llm\.latency'") as caught:
        params.measure("llm.latency")
    assert caught.value.detail()["allowed"] == list(MEASURES)


def test_an_unknown_stat_lists_what_there_is():
    with pytest.raises(Invalid, match="has no stat 'ratio'") as caught:
        params.stat("ratio", LLM)
    assert caught.value.detail()["allowed"] == list(LLM.stats)


def test_groups_are_read_once_each():
    assert params.by("provider, model,provider", LLM) == ("provider", "model")
    assert params.by("", LLM) == ()


def test_a_dimension_that_the_measure_does_not_have_is_refused():
    with pytest.raises(Invalid, match="has no dimension 'tool'"):
        params.by("tool", LLM)
    with pytest.raises(Invalid, match="has no dimension 'tool'"):
        params.where(["tool:search"], LLM)


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        ([], {}),
        (["agent:researcher"], {"agent": {"researcher"}}),
        (["agent:a,model:b"], {"agent": {"a"}, "model": {"b"}}),
        (["agent:a", "agent:b"], {"agent": {"a", "b"}}),
        (["model:ft:gpt-4o:acme::1"], {"model": {"ft:gpt-4o:acme::1"}}),
        (["agent:one, two"], {"agent": {"one, two"}}),
        (["error_type:"], {"error_type": {""}}),
    ],
)
def test_filters(texts, wanted):
    assert params.where(texts, LLM) == {name: frozenset(values) for name, values in wanted.items()}


@pytest.mark.parametrize("text", ["agent", "region:eu", ""])
def test_a_malformed_filter_says_what_is_expected(text):
    with pytest.raises(Invalid, match='expected "dimension:value"'):
        params.where([text], LLM)


@pytest.mark.parametrize("text", ["", "ab" * 7, "ab" * 9, "xy" * 8, "ab cd" * 3 + "a"])
def test_an_id_that_is_none_says_how_many_digits_it_has(text):
    with pytest.raises(params.Invalid, match="expected 16 hexadecimal digits") as fault:
        params.identifier("span_id", text, 16)
    assert fault.value.detail()["loc"] == ["path", "span_id"]


def test_an_id_is_read_in_either_case():
    assert params.identifier("span_id", "00aB" * 4, 16) == bytes.fromhex("00ab" * 4)
