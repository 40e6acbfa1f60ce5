from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from spanwise_alerts.cover import Cover
from spanwise_alerts.detect.outage import covers, questions
from spanwise_alerts.question import Answer, Table
from spanwise_alerts.rules.outage import Outage
from tests.alerts.answers import Judged

Edge = tuple[str, str, str]
"""Agent, provider, model."""


def a_rule(**more: Any) -> Outage:
    return Outage.model_validate({"name": "out", "kind": "outage", "keep_firing_for": "0s", **more})


def shares(edges: Mapping[Edge, float], calls: int = 100) -> Answer:
    labels = [
        (("agent", agent), ("model", model), ("provider", provider), ("service", "shop"))
        for agent, provider, model in edges
    ]
    return Answer(Table(labels), list(edges.values()), [calls] * len(edges))


def kinds(*found: tuple[str, str, str, float]) -> Answer:
    labels = [(("error_type", kind), ("model", model), ("provider", provider)) for provider, model, kind, _ in found]
    return Answer(Table(labels), [count for *_, count in found], [1] * len(found))


def fleet(size: int, *places: tuple[str, str]) -> list[Edge]:
    return [(f"agent-{n}", *places[n % len(places)]) for n in range(size)]


def failing(edges: Iterable[Edge], share: float, *where: tuple[str, str]) -> dict[Edge, float]:
    return {edge: share if edge[1:] in where else 0.01 for edge in edges}


FOUR = (("openai", "gpt"), ("openai", "mini"), ("anthropic", "opus"), ("mistral", "large"))
AGENTS = fleet(200, *FOUR)
WELL = shares(dict.fromkeys(AGENTS, 0.01))


def judge(now: Answer, *more: Answer, rule: Outage | None = None) -> tuple[Judged, list[dict[str, str]]]:
    judged = Judged(rule or a_rule())
    judged.at(0.0, now, *(more or (WELL, kinds())))
    return judged, [dict(series) for series in judged.held]


def test_the_provider_at_which_several_models_break_is_one_alert():
    now = shares(failing(AGENTS, 0.9, ("openai", "gpt"), ("openai", "mini")))
    judged, places = judge(now, WELL, kinds(("openai", "gpt", "503", 40.0), ("openai", "mini", "timeout", 50.0)))
    assert places == [{"provider": "openai"}]
    (moved,) = judged.moved.values()
    assert (moved.alert.tier, moved.alert.value) == ("critical", 100.0)
    assert moved.reading is not None
    assert moved.reading.words == {
        "where": "openai", "agents": 100, "users": 100, "failing": "90%", "errors": "timeout, 503",
        "victims": "agent-0, agent-1, agent-100, agent-101, agent-104, agent-105, agent-108, agent-109, agent-112, "
        "agent-113 and 90 more",
        "well": "large of mistral, opus of anthropic",
    }  # fmt: skip


def test_one_model_that_breaks_is_that_model():
    now = shares(failing(AGENTS, 0.9, ("openai", "gpt")))
    assert judge(now)[1] == [{"provider": "openai", "model": "gpt"}]


def test_a_provider_with_one_model_is_the_provider():
    now = shares(failing(AGENTS, 0.9, ("mistral", "large")))
    assert judge(now)[1] == [{"provider": "mistral"}]


def test_two_faults_at_once_are_two_alerts():
    now = shares(failing(AGENTS, 0.9, ("openai", "gpt"), ("openai", "mini"), ("mistral", "large")))
    assert judge(now)[1] == [{"provider": "mistral"}, {"provider": "openai"}]


def test_one_agent_that_breaks_everywhere_is_no_outage():
    edges = {**failing(AGENTS, 0.9), **{("agent-0", *place): 0.9 for place in FOUR}}
    assert judge(shares(edges))[1] == []


def test_a_few_among_many_that_do_not_break_are_no_outage():
    edges = failing(AGENTS, 0.9)
    for agent, provider, model in [edge for edge in AGENTS if edge[2] == "gpt"][:5]:
        edges[agent, provider, model] = 0.9
    assert judge(shares(edges))[1] == []


def test_what_always_fails_and_what_is_seldom_called_say_nothing():
    now = failing(AGENTS, 0.3, ("openai", "gpt"), ("openai", "mini"))
    usual = shares({edge: share * 0.8 for edge, share in now.items()})
    assert judge(shares(now), usual, kinds())[1] == []
    assert judge(shares(now, calls=4))[1] == []


def test_an_outage_holds_although_it_becomes_usual_and_ends_when_calls_succeed():
    now = shares(failing(AGENTS, 0.9, ("openai", "gpt"), ("openai", "mini")))
    judged, _ = judge(now)
    judged.at(3600.0, now, now, kinds())
    assert [alert.tier for alert in judged.held.values()] == ["critical"]
    judged.at(3610.0, WELL, now, kinds())
    assert judged.held == {}


def test_who_gives_up_calling_does_not_end_it_before_an_hour():
    now = shares(failing(AGENTS, 0.9, ("mistral", "large")))
    judged, _ = judge(now)
    others = shares({edge: 0.0 for edge in AGENTS if edge[1] != "mistral"})
    judged.at(10.0, others, WELL, kinds())
    assert [alert.tier for alert in judged.held.values()] == ["critical"]
    judged.at(7200.0, others, others, kinds())
    assert judged.held == {}


def test_it_says_what_it_covers():
    judged, _ = judge(shares(failing(AGENTS, 0.9, ("mistral", "large"))), rule=a_rule(grace="1m"))
    (moved,) = judged.moved.values()
    assert moved.reading is not None
    wanted = frozenset(("shop", agent) for agent, provider, _ in AGENTS if provider == "mistral")
    assert covers(a_rule(grace="1m"), moved.reading) == Cover("out", "mistral", "", wanted, 60.0)


def test_the_graph_is_asked_for_now_and_before():
    now, usual, types = questions(a_rule(where={"environment": "prod"}), 0.0)
    assert (now.by, now.window_s, now.where) == (
        ("service", "agent", "provider", "model"), 120.0, (("environment", "prod"),),
    )  # fmt: skip
    assert (usual.ago_s, usual.window_s) == (120.0, 3600.0)
    assert (types.stat, types.by) == ("count", ("provider", "model", "error_type"))
