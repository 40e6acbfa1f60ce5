from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from spanwise_alerts.faults import faults_of
from spanwise_alerts.receivers.webhook import Webhook, basic
from tests.support.certificate import certificate

URL = "https://hooks.example.com/token-1"
LONG = "quite a long secret of the receiver"


def read(**said: Any) -> Webhook:
    return Webhook.model_validate({"url": URL, **said})


def faults(**said: Any) -> list[str]:
    with pytest.raises(ValidationError) as raised:
        read(**said)
    return [f"{fault.path}: {fault.message}" for fault in faults_of(raised.value, Webhook, "")]


def test_nothing_secret_is_ever_shown():
    hook = read(secret=LONG, bearer="token-2", headers={"X-Key": "token-3"})
    shown = f"{hook!r} {hook} {hook.model_dump_json()} {hook.model_dump()}"
    assert not [secret for secret in ("token-", LONG) if secret in shown]
    assert hook.url.text == URL


@pytest.mark.parametrize(
    "url", ["", "hooks.example.com", "ftp://example.com", "https:///x", "http://[::1/", "http://h:99999/", 5]
)
def test_what_is_no_link_is_refused_without_being_shown(url: object):
    (fault,) = faults(url=url)
    assert fault.startswith("url: expected a link")
    assert "what was found is not shown" in fault


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]", "169.254.169.254", "10.1.2.3"])
def test_a_link_inside_needs_to_be_allowed(host: str):
    (fault,) = faults(url=f"http://{host}/hook")
    assert fault.startswith("url: leads to a private address; expected `allow_private: true`")
    assert read(url=f"http://{host}/hook", allow_private=True)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({"secret": "short"}, "secret: expected a secret of at least 24 bytes"),
        ({"secret": LONG, "secret_file": "secret"}, "secret: goes not with `secret_file`"),
        ({"bearer": "x", "bearer_file": "secret"}, "bearer: goes not with `bearer_file`"),
        ({"password": "x"}, "username: missing; a password needs one"),
        ({"username": "a:b"}, "username: got 'a:b', expected a name without a colon"),
        ({"username": "a", "bearer": "b"}, "username: expected one of bearer, username and Authorization"),
        ({"bearer": "b", "headers": {"authorization": "c"}}, "headers: expected one of bearer, username"),
        ({"headers": {"Host": "h"}}, "headers.Host: is taken"),
        ({"headers": {"Content-Length": "5"}}, "headers.Content-Length: is taken"),
        ({"headers": {"webhook-id": "5"}}, "headers.webhook-id: is taken"),
        ({"headers": {"X Y": "5"}}, "headers.X Y: expected a name of letters"),
        ({"headers": {"X-Y": "a\r\nHost: evil"}}, "headers.X-Y: expected a value of printable ASCII"),
        ({"secret_file": "none"}, "secret_file: got 'none', expected a file that can be read"),
        ({"ca_file": "secret"}, "ca_file: got 'secret', expected certificates (PEM)"),
    ],
)
def test_what_cannot_be_is_refused_by_its_key(tmp_path: Path, said: dict[str, Any], wanted: str):
    (tmp_path / "secret").write_text(LONG)
    with pytest.raises(ValidationError) as raised:
        Webhook.model_validate({"url": URL, **said}, context={"base": tmp_path})
    found = [f"{fault.path}: {fault.message}" for fault in faults_of(raised.value, Webhook, "")]
    assert [fault for fault in found if fault.startswith(wanted)], found
    assert "evil" not in str(found)


def test_secrets_are_read_anew(tmp_path: Path):
    for name in ("secret", "password"):
        (tmp_path / name).write_text(f"{LONG}\n")
    said = {"url": URL, "secret_file": "secret", "username": "me", "password_file": "password"}
    hook = Webhook.model_validate(said, context={"base": tmp_path})
    assert hook.key() == LONG.encode()
    (tmp_path / "password").write_text("new")
    assert hook.sent() == {"Authorization": basic("me", "new")}


def test_an_authority_is_read_from_its_file(tmp_path: Path):
    made = certificate(tmp_path)
    assert read(ca_file=str(made.cert)).ca_file == made.cert
