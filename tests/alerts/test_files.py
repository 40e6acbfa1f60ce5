from __future__ import annotations

from pathlib import Path

import pytest

from spanwise_alerts.faults import ConfigError
from spanwise_alerts.files import read_yaml


def test_yaml_is_read(tmp_path: Path):
    (tmp_path / "a.yaml").write_text("a: [1, {b: c}]")
    assert read_yaml(tmp_path / "a.yaml", "a.yaml") == {"a": [1, {"b": "c"}]}


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        (b"a: 1\nb: 2\na: 3", "a.yaml: line 3, column 1: key 'a' is there twice"),
        (b"a: {b: 1, b: 2}", "a.yaml: line 1, column 11: key 'b' is there twice"),
        (b"a: [", "a.yaml: line 1, column 5: expected the node content, but found '<stream end>'"),
        (b"\xff\xfe\xff", "a.yaml: expected UTF-8 text: invalid start byte at byte 0"),
        (b"a: !!python/object:os.system {}", "a.yaml: line 1, column 4: could not determine a constructor"),
    ],
)
def test_what_is_no_yaml_of_ours_is_refused_with_its_place(raw: bytes, wanted: str, tmp_path: Path):
    (tmp_path / "a.yaml").write_bytes(raw)
    with pytest.raises(ConfigError) as raised:
        read_yaml(tmp_path / "a.yaml", "a.yaml")
    assert str(raised.value).startswith(wanted)


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path):
    with pytest.raises(ConfigError, match=r"a\.yaml: cannot be read: No such file or directory"):
        read_yaml(tmp_path / "nix", "a.yaml")
