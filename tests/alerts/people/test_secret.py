from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from spanwise_alerts.errors import SecretError
from spanwise_alerts.people.secret import FILE, secret_in


def test_the_secret_is_made_once_and_for_its_owner_only(tmp_path: Path):
    data = tmp_path / "data"
    first = secret_in(data)
    assert len(first) == 32
    assert secret_in(data) == first
    assert stat.S_IMODE((data / FILE).stat().st_mode) == 0o600
    assert [each.name for each in data.iterdir()] == [FILE]
    assert secret_in(tmp_path / "other") != first


def test_all_who_make_it_at_the_same_time_have_the_same(tmp_path: Path):
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: secret_in(tmp_path), range(32)))
    assert len(found) == 1


def test_a_secret_that_was_cut_is_refused(tmp_path: Path):
    (tmp_path / FILE).write_bytes(b"short")
    with pytest.raises(SecretError, match=r"got 5 bytes, expected 32; remove it to have it made anew"):
        secret_in(tmp_path)


def test_a_folder_that_is_none_is_said(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SecretError, match=r"cannot be read or made: File exists"):
        secret_in(tmp_path / "file")
