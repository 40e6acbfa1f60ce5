from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from spanwise_alerts.receivers.address import Address

ADDRESS: TypeAdapter[str] = TypeAdapter(Address)


@pytest.mark.parametrize("good", ["oncall@example.com", "o.n+call@sub.example.com", "ünïcode@example.com"])
def test_an_address_is_taken(good: str):
    assert ADDRESS.validate_python(good) == good


@pytest.mark.parametrize(
    "bad", ["", "oncall", "@example.com", "a@b, c@d", "A <a@b>", "a@b\r\nBcc: x@y", "a@b\x00", "a b@c"]
)
def test_what_is_none_or_more_than_one_is_refused(bad: str):
    with pytest.raises(ValidationError, match=r"expected an address such as oncall@example.com"):
        ADDRESS.validate_python(bad)
