from spanwise_collector.rollup.runs import FORGET_NS, QUIET_NS, Runs
from tests.support.rows import NOON, SECOND, batch, row


def test_a_run_ends_with_its_root():
    runs = Runs()
    steps = batch(
        row(2, "llm", parent=1, at_s=1, input_tokens=10, output_tokens=5, cost_pico_usd=7),
        row(3, "tool", parent=1, at_s=2),
        row(4, "llm", parent=1, at_s=3, input_tokens=20, cost_pico_usd=8),
    )
    assert runs.add(steps, NOON).height == 0
    ended = runs.add(batch(row(1, "agent", parent=None, agent="researcher", at_s=4, took_s=4)), NOON)
    assert ended.to_dicts() == [
        {
            "category": "run",
            "trace_id": (1).to_bytes(16, "big"),
            "span_id": (1).to_bytes(8, "big"),
            "end_ns": NOON + 4 * SECOND,
            "duration_ns": 4 * SECOND,
            "service": "shop",
            "environment": None,
            "tenant": None,
            "agent": "researcher",
            "operation": None,
            "error_type": None,
            "steps": 3,
            "tokens": 35,
            "cost_pico_usd": 15,
        }
    ]
    assert len(runs) == 0


def test_the_order_inside_and_across_batches_does_not_matter():
    rows = [
        row(1, "agent", parent=None, agent="outer", at_s=9, took_s=9),
        row(2, "agent", parent=1, agent="inner", at_s=8, took_s=5),
        row(3, "llm", parent=2, at_s=7, input_tokens=1),
    ]
    at_once = Runs().add(batch(*rows), NOON).to_dicts()
    runs = Runs()
    for one in reversed(rows):
        ended = runs.add(batch(one), NOON)
    assert ended.to_dicts() == at_once
    assert at_once[0]["agent"] == "outer"


def test_no_agent_is_no_run():
    assert Runs().add(batch(row(1, "llm", parent=None)), NOON).height == 0


def test_missing_tokens_and_cost_stay_missing():
    ended = Runs().add(batch(row(1, "agent", parent=None), row(2, "llm", parent=1)), NOON)
    assert ended["tokens"].to_list() == [None]
    assert ended["cost_pico_usd"].to_list() == [None]


def test_a_run_below_an_unseen_root_ends_when_it_is_quiet():
    runs = Runs()
    runs.add(batch(row(1, "agent", parent=7, agent="a")), NOON)
    assert runs.active() == {("shop", "a", "", ""): 1}
    assert runs.add(batch(row(5, "llm", trace=2)), NOON + QUIET_NS - SECOND).height == 0
    assert runs.add(batch(row(6, "llm", trace=2)), NOON + QUIET_NS)["agent"].to_list() == ["a"]


def test_a_run_in_flight_is_known_by_what_its_calls_say():
    runs = Runs()
    runs.add(batch(row(1, "llm"), row(2, "llm", agent="a", tenant="t"), row(3, "llm", trace=2)), NOON)
    assert runs.active() == {("shop", "a", "", "t"): 1}


def test_traces_without_an_end_are_forgotten():
    runs = Runs()
    runs.add(batch(row(1, "llm")), NOON)
    runs.add(batch(row(2, "llm", trace=2)), NOON + FORGET_NS)
    assert (len(runs), runs.forgotten) == (1, 1)


def test_a_checkpoint_keeps_runs_in_flight():
    before, after = Runs(), Runs()
    before.add(batch(row(2, "llm", input_tokens=3), row(3, "agent", parent=9, agent="x")), NOON)
    after.load(before.dump())
    root = batch(row(9, None, parent=None))
    assert after.add(root, NOON).to_dicts() == before.add(root, NOON).to_dicts()
