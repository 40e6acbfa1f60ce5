from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from spanwise_alerts.receivers.secret_file import SecretFile, held
from spanwise_alerts.secret import Secret

FILES: TypeAdapter[Path] = TypeAdapter(SecretFile)


def test_it_is_relative_to_the_configuration_and_read_anew(tmp_path: Path):
    (tmp_path / "token").write_text("old\n")
    file = FILES.validate_python("token", context={"base": tmp_path})
    (tmp_path / "token").write_text("new\r\n")
    found = held(None, file)
    assert found is not None
    assert (found.text, repr(found)) == ("new", "***")


@pytest.mark.parametrize(("content", "wanted"), [(None, "No such file"), (b"\n", "not empty"), (b"\xff", "utf-8")])
def test_a_file_that_holds_no_secret_is_refused_by_its_name(tmp_path: Path, content: bytes | None, wanted: str):
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    with pytest.raises(ValidationError, match=wanted) as caught:
        FILES.validate_python("token", context={"base": tmp_path})
    assert "got 'token'" in str(caught.value)


def test_without_a_file_it_is_what_the_configuration_says():
    assert held(Secret("x"), None) == Secret("x")
    assert held(None, None) is None
