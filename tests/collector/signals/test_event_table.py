from spanwise_collector.normalise.registry import DIALECTS
from spanwise_collector.signals.event_table import EVENTS, OPERATION, USAGE_METRICS
from spanwise_schema.operations import CATEGORY


def test_every_event_tells_a_call_or_leaves_the_operation_to_its_own_attribute():
    assert {event.sets.get(OPERATION, "chat") for event in EVENTS.values()} <= set(CATEGORY)


def test_every_event_of_an_agent_is_read_by_the_dialect_of_that_agent():
    patterns = {
        pattern.removesuffix("*") for dialect in DIALECTS for pattern in dialect.values.get("spanwise.event", ())
    }
    ours = [name for name in (*EVENTS, *USAGE_METRICS) if not name.startswith("gen_ai.")]
    assert all(any(name.startswith(pattern) for pattern in patterns) for name in ours)
