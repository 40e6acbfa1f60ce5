import pytest

from spanwise_collector.accept.admission import Admission, Limits
from spanwise_collector.errors import Overloaded, TooLarge


def test_bytes_are_given_back_when_the_request_is_answered():
    admission = Admission(Limits())
    with admission.lease() as lease:
        lease.grow(10)
        lease.grow(20)
        assert admission.in_flight_bytes == 30
    assert admission.in_flight_bytes == 0


def test_bytes_are_given_back_when_the_request_fails():
    admission = Admission(Limits(max_body_bytes=5))

    def take():
        with admission.lease() as lease:
            lease.grow(3)
            lease.grow(3)

    with pytest.raises(TooLarge, match="at most 5 bytes"):
        take()
    assert admission.in_flight_bytes == 0


def test_a_request_waits_its_turn_while_others_hold_the_bytes():
    admission = Admission(Limits(max_in_flight_bytes=10))
    with admission.lease() as first, admission.lease() as second:
        first.grow(8)
        with pytest.raises(Overloaded, match="8 bytes"):
            second.grow(3)
        second.grow(2)


def test_the_limits_are_those_of_the_specification():
    assert Limits().max_body_bytes == 64 * 1024 * 1024
