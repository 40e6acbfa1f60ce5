import pytest

from spanwise_collector.normalise import normalise
from tests.collector.normalise.frames import decoded, only


@pytest.mark.parametrize(
    ("span", "environment"),
    [
        ({"resource.deployment.environment.name": "a", "resource.deployment.environment": "b"}, "a"),
        ({"resource.deployment.environment": "b", "deployment.environment.name": "c"}, "b"),
        ({"deployment.environment.name": "c"}, "c"),
        ({"resource.deployment.environment.name": ""}, None),
    ],
)
def test_the_environment_is_the_resources_before_the_spans(span, environment):
    assert only(normalise(decoded(span)).frame)["environment"] == environment


@pytest.mark.parametrize(
    ("span", "tenant"),
    [
        ({"spanwise.tenant": "a", "resource.spanwise.tenant": "b"}, "a"),
        ({"resource.spanwise.tenant": "b", "tenant.id": "c"}, "b"),
        ({"tenant.id": "c", "resource.tenant.id": "d"}, "c"),
        ({"resource.tenant.id": "d"}, "d"),
    ],
)
def test_the_tenant_is_the_spans_before_the_resources(span, tenant):
    assert only(normalise(decoded(span)).frame)["tenant"] == tenant


def test_our_own_marks_are_read_whatever_the_dialect():
    span = {
        "openinference.span.kind": "LLM",
        "llm.token_count.prompt": 9,
        "spanwise.usage.cache_write_1h.input_tokens": 4,
        "spanwise.response.service_tier": "ON_DEMAND_PRIORITY",
        "spanwise.retry.reason": "429",
        "spanwise.inferred": True,
    }
    row = only(normalise(decoded(span)).frame)
    assert (row["cache_write_1h_tokens"], row["service_tier"]) == (4, "priority")
    assert (row["retry_reason"], row["inferred"]) == ("429", True)
