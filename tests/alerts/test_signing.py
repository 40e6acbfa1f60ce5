from __future__ import annotations

from pathlib import Path

import pytest

from spanwise_alerts.config import AlertsConfig, load
from spanwise_alerts.errors import SecretError
from spanwise_alerts.people.secret import FILE
from spanwise_alerts.signing import Signing
from tests.alerts.builders import a_letter

URL = "https://alerts.example.com"


def config(folder: Path, **section: object) -> AlertsConfig:
    return load(section, "spanwise.yaml", folder)


def signing(folder: Path, **section: object) -> Signing:
    made = Signing(folder / "data", lambda: 100.0)
    made.configure(config(folder, **section))
    return made


async def test_without_an_external_url_nothing_is_signed_and_no_secret_made(tmp_path: Path):
    made = signing(tmp_path)
    assert made.links() is None
    assert await made.dress(a_letter()) == a_letter()
    assert not list(tmp_path.iterdir())  # noqa: ASYNC240  nobody waits for it


async def test_the_secret_in_the_data_is_the_same_after_a_restart(tmp_path: Path):
    first, second = (signing(tmp_path, external_url=URL) for _ in range(2))
    letter = await first.dress(a_letter())
    token = letter.actions["Acknowledge"].removeprefix(f"{URL}/act/")
    links = second.links()
    assert links is not None
    assert links.read(token, 100.0).fingerprint == "00000000000000aa"


async def test_a_secret_in_a_file_goes_before_and_makes_none(tmp_path: Path):
    (tmp_path / "links").write_text("a secret of several replicas\n")
    made = signing(tmp_path, external_url=URL, link_secret_file="links")
    assert (await made.dress(a_letter())).actions
    assert not (tmp_path / "data").exists()


async def test_a_secret_that_is_gone_leaves_what_was_in_force(tmp_path: Path):
    (tmp_path / "links").write_text("secret")
    known = config(tmp_path, external_url=URL, link_secret_file="links")
    made = Signing(tmp_path / "data", lambda: 100.0)
    made.configure(known)
    before = made.links()
    (tmp_path / "links").unlink()
    with pytest.raises(SecretError, match="cannot be read"):
        made.configure(known)
    assert made.links() is before
    assert not (tmp_path / "data" / FILE).exists()
