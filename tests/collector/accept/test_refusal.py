import json

import pytest
from google.rpc.status_pb2 import Status

from spanwise_collector import errors
from spanwise_collector.accept.refusal import refusal


def concrete(kind):
    return [kind] if not kind.__subclasses__() else [leaf for sub in kind.__subclasses__() for leaf in concrete(sub)]


@pytest.mark.parametrize("kind", [*concrete(errors.SenderError), *concrete(errors.RetryLater)])
def test_every_fault_has_an_answer(kind):
    no = refusal(kind("why"))
    assert no.message == "why"
    assert (no.retry_after_s is not None) == issubclass(kind, errors.RetryLater)
    assert (no.http_status in (429, 502, 503, 504)) == issubclass(kind, errors.RetryLater)


def test_both_encodings_tell_the_same():
    no = refusal(errors.Malformed("traceId: expected hex digits"))
    status = Status.FromString(no.body("protobuf"))
    assert json.loads(no.body("json")) == {"code": status.code, "message": status.message}
    assert status.code == 3


def test_the_delay_is_whole_seconds_in_a_header_and_exact_in_retry_info():
    no = refusal(errors.Overloaded("full", 0.25))
    assert no.retry_after == "1"
    assert no.retry_info is not None
    assert no.retry_info.retry_delay.ToMilliseconds() == 250


def test_a_long_message_is_cut_so_that_trailers_hold_it():
    assert len(refusal(errors.Malformed("x" * 100_000)).message) == 1000
