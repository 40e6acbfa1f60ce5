from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from spanwise_alerts.receivers.email import Email

MAIL = {"to": ["a@b"], "from": "s@b", "host": "h"}


@pytest.mark.parametrize(("tls", "port"), [("none", 25), ("starttls", 587), ("tls", 465)])
def test_the_port_is_the_usual_one(tls: str, port: int):
    assert Email.model_validate({**MAIL, "tls": tls}).smtp_port == port


def test_encryption_is_required_unless_told():
    assert Email.model_validate(MAIL).tls == "starttls"


def test_each_address_is_an_end():
    assert Email.model_validate({**MAIL, "to": ["a@b", "c@d"]}).ends == ("a@b", "c@d")


def test_the_password_is_read_anew(tmp_path: Path):
    file = tmp_path / "password"
    file.write_text("old\n")
    email = Email.model_validate({**MAIL, "username": "u", "password_file": "password"}, context={"base": tmp_path})
    file.write_text("new\n")
    password = email.password()
    assert password is not None
    assert (password.text, repr(password)) == ("new", "***")


def test_a_password_without_a_name_is_refused():
    with pytest.raises(ValidationError, match="goes with `username`"):
        Email.model_validate({**MAIL, "password": "pw"})
