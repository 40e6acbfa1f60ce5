import pytest

from spanwise_collector.spoken import unmapped
from tests.support.otlp import span


@pytest.mark.parametrize("value", [5, 0.5, "12", " 0.25 ", '{"input": 5}', {"input": 5}])
def test_a_number_under_a_key_like_usage_is_told(value):
    assert unmapped([span(attributes={"acme.TokenCount": value}).SerializeToString()]) == ["acme.TokenCount"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("gen_ai.usage.input_tokens", 5), ("gen_ai.request.max_tokens", 5), ("acme.token", "secret"),
        ("acme.usage", True), ("acme.duration", 5), ("gen_ai.server.time_to_first_token", 5), ("acme.cost", ""),
    ],
)  # fmt: skip
def test_what_is_read_already_or_is_no_usage_is_not_told(key, value):
    assert unmapped([span(attributes={key: value}).SerializeToString()]) == []


def test_each_key_of_several_spans_is_told_once():
    raws = [span(attributes={"b.cost": 1, "a.cost": 2}).SerializeToString()] * 3
    assert unmapped(raws) == ["a.cost", "b.cost"]
