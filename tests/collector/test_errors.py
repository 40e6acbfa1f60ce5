import pytest

from spanwise_collector import errors


@pytest.mark.parametrize("fault", [errors.Malformed, errors.TooLarge, errors.UnsupportedMedia])
def test_sender_faults_do_not_invite_to_come_again(fault):
    assert issubclass(fault, errors.SenderError)
    assert not issubclass(fault, errors.RetryLater)


@pytest.mark.parametrize("fault", [errors.Overloaded, errors.StoreDown])
def test_our_faults_say_when_to_come_again(fault):
    assert fault("full", retry_after_s=2.5).retry_after_s == 2.5
    assert fault("full").retry_after_s == 1.0
    assert str(fault("full")) == "full"
    assert not issubclass(fault, errors.SenderError)


def test_one_except_catches_everything_raised_on_purpose():
    with pytest.raises(errors.CollectorError):
        raise errors.StoreDown("disk full")
