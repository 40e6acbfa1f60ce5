# ruff: noqa: INP001  Python finds it by its folder, not by a package
"""Run by Python itself at start-up under `spanwise run`: turns tracing on, then gives way to the next sitecustomize."""

import importlib.machinery
import importlib.util
import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent


def _trace() -> None:
    try:
        from spanwise.start import instrument_late

        instrument_late()
    except Exception as fault:  # noqa: BLE001  the program runs, traced or not
        sys.stderr.write(f"spanwise: {fault}; this program runs without tracing\n")


def _next_sitecustomize() -> None:
    """Run the sitecustomize that ours hides, as Python would have."""
    path = [entry for entry in sys.path if Path(entry or ".").resolve() != _HERE]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", path)
    if spec is not None and spec.loader is not None:
        module = importlib.util.module_from_spec(spec)
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)


_trace()
_next_sitecustomize()
