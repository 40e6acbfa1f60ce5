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
