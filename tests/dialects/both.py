"""The recorded pairs: two emitters at once in one agent, and what comes of them."""

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from spanwise_collector.decode import decode
from spanwise_collector.normalise import WANTED, normalise
from spanwise_collector.price import PriceBook
from spanwise_collector.resolve import Resolver
from spanwise_collector.resolve.memory import QUIET_NS
from spanwise_schema.columns import STORED
from tests.dialects.cases import DATA

PAIRS = DATA / "pairs"
AGENT_SCOPE = "golden"
_PRICES = PriceBook({})

MISCOUNTING = {"traceloop_anthropic"}
"""Emitters that tell something wrong themselves: the first output token of a stream twice."""
TWO_SERVICES = {"litellm", "logfire_openai"}
"""Of these two LiteLLM's callback made its own resource."""
STREAMS = 1
"""Such streams in a recording."""

Counted = tuple[int, int, int]
"""Calls, input tokens, output tokens."""


@dataclass(frozen=True)
class Both:
    """A recording: the agent's library, who was switched on first and second, and what the provider said."""

    group: str
    first: str
    second: str
    calls: tuple[tuple[int | None, int | None], ...]

    @property
    def name(self) -> str:
        """Name it as its file is named."""
        return f"{self.group}.{self.first}+{self.second}"

    @property
    def body(self) -> bytes:
        """Give the request as it was sent."""
        return gzip.decompress((PAIRS / f"{self.name}.pb.gz").read_bytes())

    @property
    def miscounts(self) -> bool:
        """Tell whether one of the two tells something wrong itself."""
        return bool({self.first, self.second} & MISCOUNTING)

    @property
    def truth(self) -> Counted:
        """Sum up what the provider said; a refused call is one too."""
        return len(self.calls), *(sum(call[place] or 0 for call in self.calls) for place in (0, 1))

    @property
    def one_service(self) -> bool:
        """Tell whether both emitters name the same service."""
        return {self.first, self.second} != TWO_SERVICES

    @cached_property
    def frame(self) -> pl.DataFrame:
        """Give the spans, priced, in the order in which they came."""
        return _PRICES.price(normalise(decode(self.body, WANTED).frame).frame).select(list(STORED))


def both() -> Iterator[Both]:
    """List what is recorded."""
    truth = json.loads((PAIRS / "truth.json").read_text())
    for name, calls in sorted(truth.items()):
        group, _, pair = name.partition(".")
        first, _, second = pair.partition("+")
        yield Both(group, first, second, tuple((call[0], call[1]) for call in calls))


def without_agent(frame: pl.DataFrame) -> pl.DataFrame:
    """Leave out the agent's own span: what stood right below it is the root of a trace of its own."""
    around = set(frame.filter(pl.col("scope_name") == AGENT_SCOPE)["span_id"])
    spans = frame.filter(pl.col("scope_name") != AGENT_SCOPE)
    parents = dict(spans.select("span_id", "parent_span_id").iter_rows())

    def root(span: bytes) -> bytes:
        while parents[span] in parents:
            span = parents[span]
        return span

    traces = [root(span) * 2 for span in spans["span_id"]]
    above = [None if parent in around else parent for parent in spans["parent_span_id"]]
    return spans.with_columns(trace_id=pl.Series(traces), parent_span_id=pl.Series(above, dtype=pl.Binary))


def counted(batches: Iterable[pl.DataFrame], now_ns: int) -> Counted:
    """Bring batches into a resolver; give what is counted when the trace has been quiet."""
    resolver = Resolver()
    resolved = [resolver.add(batch, now_ns) for batch in batches]
    frames = [frame for told in resolved for frame in (told.counted, told.sums)]
    calls = pl.concat([*frames, resolver.settle(now_ns + QUIET_NS)], how="diagonal_relaxed")
    calls = calls.filter(pl.col("category") == "llm")
    lasting = calls.filter(pl.col("token_scope") != "usage")  # what an agent told is no call
    return lasting["duration_ns"].count(), calls["input_tokens"].sum(), calls["output_tokens"].sum()


BOTH = list(both())
