"""The recorded cases: what real emitters told of calls whose truth is known."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from spanwise_collector.decode import decode
from spanwise_collector.intake import Signal, read
from spanwise_collector.normalise import WANTED, normalise

_SUFFIX: dict[Signal, str] = {"traces": "", "logs": ".logs", "metrics": ".metrics"}
DATA = Path(__file__).parents[1] / "data" / "dialects"


@dataclass(frozen=True)
class Case:
    """One recorded request: the emitter, the scenario, and what the provider said of each call, in order."""

    name: str
    truth: tuple[dict[str, int | None], ...]

    @property
    def emitter(self) -> str:
        """Name the emitter."""
        return self.name.partition(".")[0]

    @property
    def scenario(self) -> str:
        """Name the scenario."""
        return self.name.partition(".")[2]

    @property
    def body(self) -> bytes:
        """Give the request as it was sent."""
        return (DATA / f"{self.name}.pb").read_bytes()

    @cached_property
    def frame(self) -> pl.DataFrame:
        """Give the spans as the collector understands them, in the order of their start."""
        return normalise(decode(self.body, WANTED).frame).frame.sort("start_ns", "end_ns")

    @property
    def calls(self) -> pl.DataFrame:
        """Give the calls of a model; the report of what a call used is none."""
        return self.frame.filter((pl.col("category") == "llm") & pl.col("duration_ns").is_not_null())

    def told(self, signal: Signal) -> pl.DataFrame | None:
        """Give what a signal of it tells, as the collector understands it; null where nothing is used of it."""
        path = DATA / f"{self.name}{_SUFFIX[signal]}.pb"
        if not path.exists():
            return None
        frame = read(path.read_bytes(), "protobuf", signal).decoded.frame
        return normalise(frame).frame if frame.height else None

    @property
    def emitter_dialect(self) -> str:
        """Name the dialect of its spans."""
        return self.frame["dialect"][0]


def cases() -> list[Case]:
    """List what is recorded."""
    truth = json.loads((DATA / "truth.json").read_text())
    return [Case(name, tuple(told)) for name, told in sorted(truth.items())]
