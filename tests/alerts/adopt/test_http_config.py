from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from spanwise_alerts.adopt.http_config import HttpConfig
from spanwise_alerts.faults import faults_of
from spanwise_alerts.secret import Secret


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"authorization": {"credentials": "x"}}, {"bearer": Secret("x")}),
        ({"authorization": {"type": "bearer", "credentials_file": "f"}}, {"bearer_file": "f"}),
        ({"authorization": {"type": "ApiKey", "credentials": "x"}}, {"headers": {"Authorization": Secret("ApiKey x")}}),
        ({"bearer_token": "x"}, {"bearer": Secret("x")}), ({"bearer_token_file": "f"}, {"bearer_file": "f"}),
        ({"basic_auth": {"username": "u", "password": "p"}}, {"username": "u", "password": Secret("p")}),
        ({"basic_auth": {"username": "u", "password_file": "f"}}, {"username": "u", "password_file": "f"}),
        ({"http_headers": {"X-A": {"values": ["1"]}, "X-B": {"secrets": ["2"]}}},
         {"headers": {"X-A": Secret("1"), "X-B": Secret("2")}}),
        ({"tls_config": {"ca_file": "ca.pem", "insecure_skip_verify": False}}, {"ca_file": "ca.pem"}),
        ({"follow_redirects": False, "enable_http2": True, "tls_config": {}}, {}),
    ],
)  # fmt: skip
def test_what_it_says_is_said_by_a_webhook_of_ours(given: dict[str, Any], wanted: dict[str, Any]):
    assert HttpConfig.model_validate(given).said() == wanted


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"oauth2": {"client_id": "x"}}, "oauth2"), ({"proxy_url": "http://p"}, "proxy_url"),
        ({"follow_redirects": True}, "follow_redirects"),
        ({"tls_config": {"insecure_skip_verify": True}}, "tls_config.insecure_skip_verify"),
        ({"tls_config": {"cert_file": "c"}}, "tls_config.cert_file"),
        ({"authorization": {"type": "ApiKey", "credentials_file": "f"}}, "authorization.credentials_file"),
        ({"authorization": {}}, "authorization.credentials"),
        ({"basic_auth": {"username": "u", "username_file": "f"}}, "basic_auth.username_file"),
        ({"http_headers": {"X-A": {"values": ["1", "2"]}}}, "http_headers.X-A"),
        ({"http_headers": {"X-A": {"values": ["1"], "files": ["f"]}}}, "http_headers.X-A.files"),
    ],
)  # fmt: skip
def test_what_cannot_be_honoured_is_refused_by_its_path(given: dict[str, Any], path: str):
    with pytest.raises(ValidationError) as raised:
        HttpConfig.model_validate(given)
    assert path in [fault.path for fault in faults_of(raised.value, HttpConfig, "")]
