import pytest

from spanwise_collector.decode import logs as module
from spanwise_collector.decode.logs import read_logs
from spanwise_collector.errors import Malformed, TooLarge
from tests.support.otlp_signals import event, logs


def test_a_request_is_read():
    made = logs([event("a"), event("b")])
    assert read_logs(made.SerializeToString()) == made


def test_other_bytes_are_malformed():
    with pytest.raises(Malformed, match="expected an ExportLogsServiceRequest as protobuf, got 3 bytes"):
        read_logs(b"\xff\xff\xff")


def test_more_records_than_a_request_may_have_are_too_large(monkeypatch):
    monkeypatch.setattr(module, "MAX_RECORDS", 1)
    read_logs(logs([event("a")]).SerializeToString())
    with pytest.raises(TooLarge, match="at most 1 log records in a request, got 2"):
        read_logs(logs([event("a"), event("b")]).SerializeToString())
