import pytest

from spanwise_collector.signals.naming import family, labels


@pytest.mark.parametrize(
    ("name", "unit", "kind", "expected"),
    [
        ("process.cpu.time", "s", "counter", "process_cpu_time_seconds"),
        ("claude_code.token.usage", "tokens", "counter", "claude_code_token_usage_tokens"),
        ("claude_code.cost.usage", "USD", "counter", "claude_code_cost_usage_USD"),
        ("gen_ai.client.token.usage", "{token}", "histogram", "gen_ai_client_token_usage"),
        ("system.cpu.utilization", "1", "gauge", "system_cpu_utilization_ratio"),
        ("requests", "1", "counter", "requests"),
        ("requests.total", "{request}", "counter", "requests"),
        ("memory.bytes", "By", "gauge", "memory_bytes"),
        ("disk.io", "By/s", "gauge", "disk_io_bytes_per_second"),
        ("rate", "{call}/s", "gauge", "rate_per_second"),
        ("a b-c..d", "", "gauge", "a_b_c_d"),
        ("2xx", "", "gauge", "_2xx"),
        ("ü", "", "gauge", "unnamed"),
        ("gpu.temperature", "Cel", "gauge", "gpu_temperature_celsius"),
    ],
)
def test_a_metric_is_named_as_prometheus_names_it(name, unit, kind, expected):
    assert family(name, unit, kind) == expected


def test_who_sent_it_is_in_the_labels():
    resource = {
        "service.name": "agent", "service.namespace": "shop", "service.instance.id": "i-1", "host.name": "h",
        "deployment.environment": "old", "deployment.environment.name": "prod",
    }  # fmt: skip
    shown, apart = labels(tuple(sorted(resource.items())), ("acme", "1.2"), (("http.method", "GET"),))
    assert dict(shown) == {
        "job": "shop/agent", "service_name": "agent", "instance": "i-1", "deployment_environment_name": "prod",
        "otel_scope_name": "acme", "otel_scope_version": "1.2", "http_method": "GET",
    }  # fmt: skip
    assert apart == ()


def test_sessions_and_people_are_no_labels_and_tell_series_apart():
    shown, apart = labels((), ("", ""), (("model", "x"), ("session.id", "s-1"), ("user.email", "a@b.example")))
    assert dict(shown) == {"model": "x", "job": "unknown_service", "service_name": "unknown_service"}
    assert dict(apart) == {"session.id": "s-1", "user.email": "a@b.example"}


def test_attributes_that_are_spelled_alike_share_a_label():
    shown, _ = labels((), ("", ""), (("a.b", "1"), ("a_b", "2"), ("le", "3"), ("1x", "4")))
    assert {"a_b": "1;2", "key_le": "3", "key_1x": "4"}.items() <= dict(shown).items()


def test_an_attribute_never_hides_who_sent_it():
    shown, _ = labels((("service.name", "agent"),), ("", ""), (("job", "other"), ("service.name", "other")))
    assert dict(shown) == {"job": "agent", "service_name": "agent"}
