import pytest
from pydantic import ValidationError

from spanwise_collector.config import CollectorConfig, split_address


def test_everything_has_a_default():
    config = CollectorConfig()
    assert (config.otlp.http, config.otlp.grpc, config.http) == ("127.0.0.1:4318", "127.0.0.1:4317", "127.0.0.1:8750")


def test_it_binds_to_loopback_unless_told():
    config = CollectorConfig()
    assert all(address.startswith("127.0.0.1:") for address in (config.otlp.http, config.otlp.grpc, config.http))


@pytest.mark.parametrize(
    ("address", "parts"),
    [("0.0.0.0:80", ("0.0.0.0", 80)), ("[::1]:4318", ("::1", 4318)), ("localhost:0", ("localhost", 0))],
)
def test_addresses(address, parts):
    assert split_address(address) == parts


@pytest.mark.parametrize("address", ["", "localhost", ":80", "host:", "host:port", "host:70000", "host:-1", "host:²"])
def test_a_malformed_address_says_what_is_expected(address):
    with pytest.raises(ValidationError, match='expected "HOST:PORT"'):
        CollectorConfig(http=address)


def test_all_faults_are_told_at_once():
    with pytest.raises(ValidationError) as caught:
        CollectorConfig.model_validate({"htp": "x", "http": "x", "otlp": {"grcp": "x"}, "retention_days": 0})
    assert sorted(fault["loc"] for fault in caught.value.errors()) == [
        ("htp",),
        ("http",),
        ("otlp", "grcp"),
        ("retention_days",),
    ]
