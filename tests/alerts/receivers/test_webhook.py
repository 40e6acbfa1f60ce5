from __future__ import annotations

import pytest
from pydantic import ValidationError

from spanwise_alerts.receivers.webhook import Webhook


def test_the_link_is_never_shown():
    hook = Webhook.model_validate({"url": "https://hooks.example.com/secret"})
    assert "secret" not in f"{hook!r} {hook} {hook.model_dump_json()}"
    assert hook.url.text == "https://hooks.example.com/secret"


@pytest.mark.parametrize("url", ["", "hooks.example.com", "ftp://example.com", "https:///x", 5])
def test_what_is_no_link_is_refused_without_being_shown(url: object):
    with pytest.raises(ValidationError, match="what was found is not shown"):
        Webhook.model_validate({"url": url})
