from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from spanwise_collector.errors import FolderUnusable
from spanwise_collector.store import Store


def test_a_folder_is_used_by_one_process(tmp_path: Path):
    store = Store(tmp_path / "data")
    with pytest.raises(FolderUnusable, match="another running collector uses it"):
        Store(tmp_path / "data")
    script = (
        "import sys\nfrom pathlib import Path\nfrom spanwise_collector.store import Store\nStore(Path(sys.argv[1]))"
    )
    other = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "data")], capture_output=True, text=True, check=False
    )
    assert other.returncode == 1
    assert "another running collector uses it" in other.stderr
    store.close()
    Store(tmp_path / "data").close()


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path):
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(FolderUnusable, match=r"holds 'thesis.tex' but no manifest.json; expected an empty folder"):
        Store(tmp_path)
    assert (tmp_path / "thesis.tex").exists()
    (tmp_path / "thesis.tex").unlink()
    Store(tmp_path).close()


def test_a_path_that_is_no_folder_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderUnusable, match=r"file: cannot be opened for writing"):
        Store(tmp_path / "file")
