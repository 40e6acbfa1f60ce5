"""PyOD's ECOD in an environment of its own: raw values in, scores out."""

from __future__ import annotations

import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from tests.bench.detect_fleet import Family, Floats
from tests.bench.peers import ROOT, UV

_PROGRAM: Final = """
import sys
import numpy as np
from pyod.models.ecod import ECOD
given = np.load(sys.argv[1])
value, test_from = given["value"], int(given["test_from"])
scores = np.zeros_like(value)
for column in range(value.shape[1]):
    there = np.isfinite(value[:, column])
    train = value[:test_from, column][there[:test_from]]
    model = ECOD().fit(train[-5000:, None])
    test = there.copy()
    test[:test_from] = False
    scores[test, column] = model.decision_function(value[test, column][:, None])
np.save(sys.argv[2], scores)
"""


@cache
def _python() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="spanwise-pyod-")) / "env"
    python = folder / "bin" / "python"
    for arguments in (
        ("venv", "--quiet", "--python", str(ROOT / ".venv" / "bin" / "python"), str(folder)),
        ("pip", "install", "--quiet", "--python", str(python), "pyod"),
    ):
        subprocess.run([str(UV), *arguments], check=True, capture_output=True)
    return python


def ecod(family: Family) -> Floats:
    """Score every point of the test weeks, trained on the weeks before; greater is more unusual."""
    with tempfile.TemporaryDirectory() as folder:
        given, scored = Path(folder) / "given.npz", Path(folder) / "scored.npy"
        np.savez(given, value=family.value, test_from=family.test_from)
        subprocess.run([str(_python()), "-c", _PROGRAM, str(given), str(scored)], check=True, capture_output=True)
        return np.load(scored)
