"""The recorded cases: what real emitters told of calls whose truth is known."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from spanwise_collector.decode import decode
from spanwise_collector.normalise import WANTED, normalise

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
        """Give the calls of a model."""
        return self.frame.filter(pl.col("category") == "llm")

    @property
    def emitter_dialect(self) -> str:
        """Name the dialect of its spans."""
        return self.frame["dialect"][0]


def cases() -> list[Case]:
    """List what is recorded."""
    truth = json.loads((DATA / "truth.json").read_text())
    return [Case(name, tuple(told)) for name, told in sorted(truth.items())]
