import os
import subprocess
import sys
from pathlib import Path

import spanwise

BOOTSTRAP = Path(spanwise.__file__).parent / "bootstrap"


def run(program: str, *path: Path) -> str:
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, [BOOTSTRAP, *path]))}
    return subprocess.run(
        [sys.executable, "-c", program], env=environ, capture_output=True, text=True, timeout=60, check=True
    ).stdout


def test_sitecustomize_that_ours_hides_still_runs(tmp_path):
    (tmp_path / "sitecustomize.py").write_text("print('theirs')")
    assert (
        run("import sitecustomize; print(sitecustomize.__file__)", tmp_path) == f"theirs\n{tmp_path}/sitecustomize.py\n"
    )


def test_nothing_heavy_is_imported_before_the_program_asks_for_it():
    heavy = "{'opentelemetry.sdk', 'httpx', 'httpx2', 'requests', 'opentelemetry.exporter'} & set(sys.modules)"
    assert run(f"import sys; print(sorted({heavy}))") == "[]\n"


def test_program_without_spanwise_in_reach_runs_and_is_told(tmp_path):
    (tmp_path / "spanwise.py").write_text("raise ImportError('hidden')")
    environ = {**os.environ, "PYTHONPATH": f"{BOOTSTRAP}{os.pathsep}{tmp_path}"}
    done = subprocess.run(
        [sys.executable, "-c", "print('ran')"], env=environ, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "ran\n"
    assert done.stderr == "spanwise: hidden; this program runs without tracing\n"
