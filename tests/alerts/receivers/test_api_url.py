from __future__ import annotations

import pytest
from pydantic import ValidationError

from spanwise_alerts.receivers.api_url import ApiUrl
from spanwise_alerts.receivers.posted import Posted


class Service(Posted):
    url: ApiUrl = "https://api.example.com/"


def test_an_address_is_taken_and_shown():
    assert "https://api.example.com/x" in repr(Service.model_validate({"url": "https://api.example.com/x"}))


@pytest.mark.parametrize("url", ["api.example.com", "ftp://api.example.com", "", "https://"])
def test_what_is_none_is_refused(url: str):
    with pytest.raises(ValidationError, match="expected an address such as"):
        Service.model_validate({"url": url})


def test_inside_is_allowed_only_where_it_is_said():
    with pytest.raises(ValidationError, match="expected `allow_private: true`"):
        Service.model_validate({"url": "http://10.0.0.1/"})
    assert Service.model_validate({"url": "http://10.0.0.1/", "allow_private": True}).url == "http://10.0.0.1/"
