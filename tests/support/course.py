"""A collector's stand-in whose numbers have a past: one value a moment, the same whenever it is asked for."""

from __future__ import annotations

import json
import math
from urllib.parse import parse_qs, urlsplit

import numpy as np

from tests.support.webhook import Delivery, Reply


class Course:
    """Two models: `steady` and `odd`, which is three times as slow from `trouble_s` to `calm_s` (Unix time)."""

    def __init__(self) -> None:
        self.trouble_s = math.inf
        self.calm_s = math.inf
        self.stretches: list[tuple[float, float]] = []

    def values(self, at_s: float) -> list[float]:
        dice = np.random.default_rng(round(at_s))
        steady, odd = 2.0 * np.exp(dice.normal(0.0, 0.05, 2))
        return [float(steady), float(odd) * (3.0 if self.trouble_s <= at_s < self.calm_s else 1.0)]

    def __call__(self, request: Delivery) -> Reply:
        answer = self._moment(request) if request.path.endswith("/batch") else self._stretch(request)
        return Reply(body=json.dumps(answer).encode())

    def _moment(self, request: Delivery) -> dict[str, object]:
        return {
            "tables": [{"by": ["model"], "rows": [["steady"], ["odd"]]}], "sets": [{"table": 0, "counts": [50, 50]}],
            "answers": [{"set": 0, "values": self.values(request.body["at"])} for _ in request.body["queries"]],
        }  # fmt: skip

    def _stretch(self, request: Delivery) -> dict[str, object]:
        asked = parse_qs(urlsplit(request.path).query)
        start, end, step = float(asked["start"][0]), float(asked["end"][0]), float(asked["step"][0].removesuffix("s"))
        self.stretches.append((start, end))
        moments = [start + n * step for n in range(int((end - start) // step) + 1)]
        return {
            "series": [
                {"labels": {"model": model},
                 "points": [{"at": at, "value": self.values(at)[place], "count": 50} for at in moments]}
                for place, model in enumerate(("steady", "odd"))
            ]
        }  # fmt: skip


class FastClock:
    """Unix time that runs faster than that of the tests, from a moment on; it can be carried over a restart."""

    def __init__(self, begin_s: float, rate: float, monotonic) -> None:
        self._begin_s = begin_s
        self._rate = rate
        self._monotonic = monotonic
        self._from = monotonic()

    def __call__(self) -> float:
        return self._begin_s + self._rate * (self._monotonic() - self._from)
