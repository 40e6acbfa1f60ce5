from opentelemetry.trace import INVALID_SPAN

from spanwise.content import capture


def test_nothing_is_kept_of_a_call_that_is_not_recorded():
    assert capture.begin(INVALID_SPAN) is None


def test_nothing_is_captured_unless_asked_for():
    assert capture.STATE.on is False
