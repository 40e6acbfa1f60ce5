"""What real emitters told of calls is what the provider said of them."""

import socket

import pytest

from tests.dialects.cases import DATA, cases

CLIS = {"claude_code", "codex", "gemini_cli"}
"""They tell by events and metrics, too: tests/dialects/test_signals.py."""
CASES = [case for case in cases() if case.emitter not in CLIS]
DIALECT = {
    "adk": "adk",
    "anthropic": "anthropic",
    "crewai": "crewai",
    "genkit": "genkit",
    "haystack": "haystack",
    "langfuse": "langfuse",
    "langsmith": "langsmith",
    "litellm": "litellm",
    "livekit": "livekit",
    "logfire": "logfire",
    "microsoft": "microsoft",
    "mlflow": "mlflow",
    "official": "otel_genai",
    "openinference": "openinference",
    "openlit": "openlit",
    "pydantic": "logfire",
    "spring": "spring_ai",
    "strands": "strands",
    "traceloop": "traceloop",
    "vercel": "vercel",
}
UNTOLD = {
    "langsmith.stream", "litellm.stream", "logfire_openai.stream", "mlflow.stream", "official_openai.stream",
    "openinference_langchain.stream", "openinference_openai.stream", "traceloop_openai.stream",
}  # fmt: skip
"""Streams whose usage the agent did not ask for: the provider told the emitter none."""
PROVIDER_UNTOLD = {"adk", "haystack", "livekit", "mlflow"}
CACHE_APART = {"openlit_anthropic"}
GUESSED = {"openlit_openai.stream"}
RUNNING_SUMS = {"spring_ai.tool"}
"""Rounds with tools whose calls each tell the sum so far, as the emitter has it."""

of_each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def counted(case):
    return case.calls.select("input_tokens", "output_tokens").rows()


def basis(case):
    """Say how the emitter's way to count is known."""
    if case.scenario == "error":
        return None
    return "fixed" if case.emitter in CACHE_APART else "assumed" if case.emitter in PROVIDER_UNTOLD else "inclusive"


def test_every_recording_has_its_truth():
    recorded = {path.name for path in DATA.glob("*.pb")} - {path.name for path in DATA.glob("*.*.*.pb")}
    assert {name.removesuffix(".pb") for name in recorded} == {case.name for case in cases()}
    assert {case.emitter.partition("_")[0] for case in CASES} == set(DIALECT)
    assert len(CASES) > 100


@of_each
def test_each_call_is_counted_once(case):
    assert case.calls.height == len(case.truth)


@of_each
def test_the_dialect_of_each_span_is_recognised(case):
    spoken = DIALECT[case.emitter.partition("_")[0]]
    if spoken == "spring_ai":  # its calls have the words of the conventions only, the client's HTTP spans none
        assert set(case.frame["dialect"]) == {spoken, "gen_ai", None}
    else:
        assert set(case.frame["dialect"]) == {spoken}


@of_each
def test_tokens_are_what_the_provider_said(case):
    truth = [(call["input_tokens"], call["output_tokens"]) for call in case.truth]
    if case.name in GUESSED:
        assert set(case.calls["token_basis"]) == {"estimated"}
    elif case.name in UNTOLD:
        assert counted(case) == [(None, None)] * len(truth)
    else:
        if case.name in RUNNING_SUMS:
            truth = [tuple(map(sum, zip(*truth[: last + 1], strict=True))) for last in range(len(truth))]
        assert counted(case) == truth
        assert set(case.calls["token_basis"]) == {basis(case)}


@of_each
def test_a_call_has_its_model_and_fails_where_it_failed(case):
    models = {None if model is None else model.rpartition("/")[2][:6] for model in case.calls["model"]}
    assert models <= {"gpt-4o", "claude", "gemini", *([None] if case.scenario == "error" else [])}
    assert case.calls["error_type"].is_null().to_list() == [case.scenario != "error"] * case.calls.height


@of_each
def test_only_calls_of_a_model_and_agents_have_tokens(case):
    others = case.frame.filter(~case.frame["category"].fill_null("").is_in(["llm", "agent", "workflow"]))
    assert others["input_tokens"].null_count() == others.height


@of_each
def test_a_recording_is_small_and_tells_nothing_of_a_machine(case):
    body = case.body
    assert len(body) < 20_000
    for word in (b"/tmp/", b"/home/", b"/root/", b"/work/", b"site-packages", socket.gethostname().encode()):
        assert word not in body
