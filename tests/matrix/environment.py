"""One isolated environment for each SDK, made with uv and kept for the next run."""

import fcntl
import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
AGENTS = Path(__file__).parent / "agents"
_STAMP = ".spanwise-matrix"


class NotInstalled(Exception):
    """An SDK could not be installed; says why."""


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment that holds one SDK and Spanwise from this checkout."""

    folder: Path
    version: str

    @property
    def python(self) -> Path:
        """Name the interpreter of the environment."""
        return self.folder / "bin" / "python"

    @property
    def spanwise(self) -> Path:
        """Name the `spanwise` command of the environment."""
        return self.folder / "bin" / "spanwise"


def build(work: Path) -> Path:
    """Build the wheel of the instrumentation from this checkout, which all rows of one run install."""
    _uv("build", "--quiet", "--wheel", "--out-dir", str(work / "wheel"), str(ROOT / "instrumentation"))
    return max((work / "wheel").glob("spanwise-*.whl"), key=lambda wheel: wheel.stat().st_mtime_ns)


@contextmanager
def held(work: Path, key: str) -> Iterator[None]:
    """Hold an environment for one row at a time, also against other runs in the same folder."""
    with (work / f"{key}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def prepare(name: str, requirements: tuple[str, ...], folder: Path, wheel: Path) -> Environment:
    """Make the environment that holds `name`, or bring the one that is there up to date. Raises NotInstalled."""
    python = str(folder / "bin" / "python")
    if not Path(python).exists():
        _uv("venv", "--quiet", "--python", str(ROOT / ".venv" / "bin" / "python"), str(folder))
    stamp, wanted = folder / _STAMP, "\n".join((hashlib.sha256(wheel.read_bytes()).hexdigest(), *requirements))
    if not stamp.exists() or stamp.read_text() != wanted:
        stamp.unlink(missing_ok=True)
        _uv("pip", "install", "--quiet", "--upgrade", "--python", python, *_OURS, str(wheel), *requirements)
        stamp.write_text(wanted)
    asked = f"import importlib.metadata as m; print(m.version({name!r}))"
    told = subprocess.run([python, "-c", asked], capture_output=True, text=True, check=True, timeout=120)
    return Environment(folder, told.stdout.strip())


_OURS = ("--reinstall-package", "spanwise")


def _uv(*arguments: str) -> None:
    uv = ROOT / ".uv" / "bin" / "uv"
    command = str(uv) if uv.exists() else shutil.which("uv")
    if command is None:
        raise NotInstalled("uv: not found; `make setup` brings it")
    done = subprocess.run([command, *arguments], capture_output=True, text=True, check=False, timeout=900)
    if done.returncode:
        raise NotInstalled((done.stderr.strip().splitlines() or ["uv failed"])[-1])
