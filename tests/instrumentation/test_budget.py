"""Budgets of a run, with the real SDK: nothing happens unless asked for, then the next call does not leave."""

from __future__ import annotations

import asyncio
import json
import os

import openai
import pytest

import spanwise
from spanwise import budget
from spanwise.apis.api import Answer
from spanwise.budget import BUDGETS, Budgets, Limits, RunStopped
from tests.support.provider import MODEL, USAGE, Fault

ASK = [{"role": "user", "content": "Where does the Danube flow?"}]


def calling(arguments: str = "{}", name: str = "search") -> Fault:
    """An answer that calls a tool."""
    call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    body = {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": MODEL, "usage": USAGE,
        "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}],
    }  # fmt: skip
    return Fault(body=json.dumps(body).encode())


@pytest.fixture
def ask(provider):
    with openai.OpenAI(api_key="none", base_url=provider.base_url, max_retries=2) as client:
        yield lambda **more: client.chat.completions.create(model="gpt-4o", messages=ASK, **more)


@pytest.fixture
def limited(monkeypatch, instrumented):
    """Turn tracing on with limits."""

    def limit(**limits):
        for name, value in limits.items():
            monkeypatch.setenv(f"SPANWISE_RUN_BUDGET_{name.upper()}", str(value))
        return instrumented()

    return limit


def calls_until_stopped(ask, most=20, **more):
    """How many calls of one run leave, and why no more do."""
    with spanwise.agent("researcher"):
        for done in range(most):
            try:
                ask(**more)
            except RunStopped as stopped:
                return done, stopped.reason
    return most, ""


def test_without_a_budget_nothing_is_counted(ask, instrumented):
    instrumented()
    assert calls_until_stopped(ask) == (20, "")
    assert not BUDGETS.on
    assert len(BUDGETS) == 0


@pytest.mark.parametrize(
    ("limits", "calls", "reason"),
    [
        ({"tokens": 40}, 3, "it used 54 tokens of 40"),
        ({"tokens": 36}, 2, "it used 36 tokens of 36"),
        ({"steps": 4}, 4, "it took 4 steps of 4"),
        ({"usd": 0.0002}, 3, "it cost"),
        ({"tokens": 10_000, "steps": 5}, 5, "it took 5 steps of 5"),
    ],
)
def test_the_call_after_the_limit_does_not_leave(ask, provider, limited, limits, calls, reason):
    spans = limited(**limits)
    done, why = calls_until_stopped(ask)
    assert (done, why[: len(reason)]) == (calls, reason)
    assert len(provider.requests) == calls
    assert len(spans.named("chat")) == calls


def test_what_is_streamed_counts(ask, limited):
    limited(tokens=40)

    def drained(**more):
        for _ in ask(stream=True, **more):
            pass

    assert calls_until_stopped(drained)[0] == 3


def test_the_same_tool_with_equal_arguments_is_stopped_and_other_arguments_are_not(ask, provider, limited):
    limited(repeats=5)
    pairs = ['{"a": 1, "b": 2}', '{"b":2,"a":1}']
    provider.script += [calling(pairs[number % 2]) for number in range(8)]
    assert calls_until_stopped(ask) == (5, "it called the same tools with equal arguments 5 times in a row")
    provider.script[:] = [calling(f'{{"page": {number}}}') for number in range(19)]
    assert calls_until_stopped(ask) == (20, "")


def test_repeats_begin_anew_with_another_call(ask, provider, limited):
    limited(repeats=3)
    provider.script += [calling("1"), calling("1"), calling("2"), calling("1"), calling("1"), calling("1")]
    assert calls_until_stopped(ask)[0] == 6


def test_tools_that_a_model_asks_for_are_steps(ask, provider, limited):
    limited(steps=4)
    provider.script += [calling("1"), calling("2"), calling("3")]
    assert calls_until_stopped(ask)[0] == 2


def test_each_run_has_a_budget_of_its_own(ask, limited):
    limited(steps=2)
    assert [calls_until_stopped(ask)[0] for _ in range(3)] == [2, 2, 2]


def carelessly(ask):
    """As agents do that take every failure for one that passes."""
    try:
        ask()
    except Exception:  # noqa: BLE001
        return


def test_a_run_stays_stopped_and_neither_the_sdk_nor_the_agent_tries_again(ask, provider, limited):
    limited(steps=1)
    with spanwise.agent("stubborn"):
        ask()
        for _ in range(3):
            with pytest.raises(RunStopped, match="this run was stopped: it took 1 steps of 1"):
                carelessly(ask)
    assert len(provider.requests) == 1


async def test_an_async_call_is_stopped_too(provider, limited):
    limited(steps=1)
    async with openai.AsyncOpenAI(api_key="none", base_url=provider.base_url) as client:
        with spanwise.agent("a"):
            await client.chat.completions.create(model="gpt-4o", messages=ASK)
            with pytest.raises(RunStopped):
                await asyncio.create_task(client.chat.completions.create(model="gpt-4o", messages=ASK))


def test_a_loop_without_any_agent_around_it_is_a_run_by_its_tool_calls(ask, provider, limited):
    limited(steps=3)
    provider.script += [calling(), calling(), calling()]
    ask()
    result = {"role": "tool", "tool_call_id": "call_1", "content": "nothing"}
    asked = {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function",
             "function": {"name": "search", "arguments": "{}"}}]}  # fmt: skip
    ask(extra_body={"messages": [*ASK, asked, result]})
    with pytest.raises(RunStopped, match="it took 4 steps of 3"):
        ask(extra_body={"messages": [*ASK, asked, result, asked, result]})


def test_the_span_around_ends_with_what_stopped_it(ask, limited):
    spans = limited(steps=1)
    assert calls_until_stopped(spanwise.agent("inner")(lambda: (ask(), ask()))) == (0, "it took 1 steps of 1")
    agent, _ = spans.named("invoke_agent")
    assert agent.attributes["error.type"] == "RunStopped"


def test_wrong_limits_are_told_at_once(monkeypatch, instrumented):
    for name, value in {"USD": "free", "TOKENS": "0", "STEPS": "-1", "REPEATS": "1"}.items():
        monkeypatch.setenv(f"SPANWISE_RUN_BUDGET_{name}", value)
    monkeypatch.setenv("SPANWISE_STOP_URL", "collector:8750")
    with pytest.raises(ValueError, match="SPANWISE_RUN_BUDGET_USD") as raised:
        instrumented()
    for name in ("TOKENS", "STEPS", "REPEATS"):
        assert f"SPANWISE_RUN_BUDGET_{name}: got" in str(raised.value)
    assert "SPANWISE_STOP_URL: got 'collector:8750', expected the address of the collector" in str(raised.value)


def test_a_budget_in_usd_needs_prices(monkeypatch, instrumented):
    monkeypatch.setenv("SPANWISE_RUN_BUDGET_USD", "2")
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ValueError, match="SPANWISE_RUN_BUDGET_USD: got '2', expected genai-prices"):
        instrumented()


def test_a_model_without_a_price_is_told_once_and_not_counted(caplog):
    budgets = Budgets()
    budgets.configure(Limits(cost_usd=0.01))
    for _ in range(3):
        budgets.used(1, "nobody-knows-me", Answer(input_tokens=10**9, output_tokens=1), None)
    budgets.check(1)
    assert [record.message for record in caplog.records] == [
        "spanwise: nobody-knows-me has no price: the run's budget in USD does not see it"
    ]


def test_what_a_provider_says_that_a_call_cost_goes_before_prices():
    budgets = Budgets()
    budgets.configure(Limits(cost_usd=0.01))
    budgets.used(1, "nobody-knows-me", Answer(input_tokens=10, cost_usd=0.02), None)
    with pytest.raises(RunStopped, match=r"it cost 0\.02 USD of 0\.01"):
        budgets.check(1)


def test_runs_that_were_used_longest_ago_are_forgotten(monkeypatch):
    monkeypatch.setattr(budget, "MOST_RUNS", 3)
    budgets = Budgets()
    budgets.configure(Limits(steps=1))
    for trace_id in (1, 2, 3, 1, 4):
        budgets.used(trace_id, None, Answer(), None)
    assert len(budgets) == 3
    budgets.check(2)
    with pytest.raises(RunStopped):
        budgets.check(1)


def test_a_run_that_somebody_stops_is_stopped_once():
    budgets = Budgets()
    budgets.configure(Limits(), listens=True)
    assert not budgets.stop(1, "it loops")
    budgets.used(1, None, Answer(), None)
    assert budgets.stop(1, "it loops")
    assert not budgets.stop(1, "it loops")
    with pytest.raises(RunStopped) as raised:
        budgets.check(1)
    assert (raised.value.reason, raised.value.trace_id) == ("it loops", "0" * 31 + "1")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_goes_on_with_what_was_spent(ask, limited):
    limited(steps=2)
    with spanwise.agent("a"):
        ask()
        ask()
        child = os.fork()
        if child == 0:
            try:
                ask()
            except RunStopped:
                os._exit(0)
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
