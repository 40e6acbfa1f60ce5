"""One isolated environment for each SDK, made with uv and kept for the next run."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.matrix.sdks import Sdk

ROOT = Path(__file__).parents[2]
AGENTS = Path(__file__).parent / "agents"


class NotInstalled(Exception):
    """An SDK could not be installed; says why."""


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment that holds one SDK and Spanwise from this checkout."""

    folder: Path
    version: str

    @property
    def spanwise(self) -> Path:
        """Name the `spanwise` command of the environment."""
        return self.folder / "bin" / "spanwise"


def build(work: Path) -> Path:
    """Build the wheel of the instrumentation from this checkout, which all rows of one run install."""
    _uv("build", "--quiet", "--wheel", "--out-dir", str(work / "wheel"), str(ROOT / "instrumentation"))
    return max((work / "wheel").glob("spanwise-*.whl"), key=lambda wheel: wheel.stat().st_mtime_ns)


def prepare(sdk: Sdk, work: Path, wheel: Path) -> Environment:
    """Make the environment, or bring the one that is there up to date. Raises NotInstalled."""
    folder = work / sdk.key
    if not (folder / "bin" / "python").exists():
        _uv("venv", "--quiet", "--python", str(ROOT / ".venv" / "bin" / "python"), str(folder))
    python = str(folder / "bin" / "python")
    ours = ("--reinstall-package", "spanwise", str(wheel))
    _uv("pip", "install", "--quiet", "--python", python, *ours, *sdk.requirements)
    asked = f"import importlib.metadata as m; print(m.version({sdk.name!r}))"
    told = subprocess.run([python, "-c", asked], capture_output=True, text=True, check=True, timeout=60)
    return Environment(folder, told.stdout.strip())


def _uv(*arguments: str) -> None:
    uv = ROOT / ".uv" / "bin" / "uv"
    command = str(uv) if uv.exists() else shutil.which("uv")
    if command is None:
        raise NotInstalled("uv: not found; `make setup` brings it")
    done = subprocess.run([command, *arguments], capture_output=True, text=True, check=False, timeout=900)
    if done.returncode:
        raise NotInstalled((done.stderr.strip().splitlines() or ["uv failed"])[-1])
