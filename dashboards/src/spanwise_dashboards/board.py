"""What a board is: the typed spec that Grafana's JSON is rendered from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Literal

from spanwise_schema.metrics import Metric

Colour = Literal["green", "orange", "red", "blue"]
Kind = Literal["stat", "timeseries", "table", "bargauge", "state-timeline", "heatmap", "traces", "nodeGraph"]
Unit = Literal["s", "percentunit", "currencyUSD", "cpm", "short", "none", "bytes"]

GRID_WIDTH: Final = 24
_UID: Final = re.compile(r"[a-zA-Z0-9_-]{1,40}")


@dataclass(frozen=True, slots=True)
class Threshold:
    """The colour of values from `value` on; None is the colour of everything below the first one."""

    value: float | None
    colour: Colour


@dataclass(frozen=True, slots=True)
class Query:
    """One PromQL query of a panel.

    Attributes:
        expr: PromQL with Grafana's variables in it.
        legend: how a series is named, `{{label}}` for a label's value.
        instant: asked once at the end of the range, not along it.
        exemplars: Grafana also asks for the trace ids behind the numbers; histogram buckets along the range only.

    Raises:
        ValueError: exemplars of something that has none.
    """

    expr: str
    legend: str = ""
    instant: bool = False
    exemplars: bool = False

    def __post_init__(self) -> None:
        if self.exemplars and (self.instant or "_bucket" not in self.expr):
            raise ValueError(f"only buckets along the range have exemplars; this query has none: {self.expr}")


@dataclass(frozen=True, slots=True)
class Variable:
    """A drop-down that filters the board: the values of one label.

    Attributes:
        name: as queries spell it, `$name`.
        title: what people read.
        label: the Prometheus label it filters.
        metric: where its values are read from.
        single: one value is chosen at a time, and there is no *All*; for what Jaeger is asked.
    """

    name: str
    title: str
    label: str
    metric: Metric
    single: bool = False


@dataclass(frozen=True, slots=True)
class TextBox:
    """A field that people type into, as `$name` in what Jaeger is asked.

    Attributes:
        name: as queries spell it.
        title: what people read.
        value: what it holds at first.
    """

    name: str
    title: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Traces:
    """What a panel asks the Jaeger data source; variables of the board may stand in every text.

    Attributes:
        asks: `search` for traces, `id` for one trace, `dependencyGraph` for who calls whom.
        trace_id: of the one trace.
        service: whose traces, operation, tags (as logfmt) and shortest duration (`500ms`) are searched; empty is any.
        limit: the most traces that are listed.
    """

    asks: Literal["search", "id", "dependencyGraph"]
    trace_id: str = ""
    service: str = ""
    operation: str = ""
    tags: str = ""
    min_duration: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel. Made by the functions of `style`, which know how each kind looks.

    Attributes:
        kind: Grafana's panel type.
        title: a noun.
        question: what the panel answers; shown as its description.
        queries: in the order of Grafana's refIds A, B, C …
        traces: what is asked of Jaeger in the place of queries.
        link: where a click on a series leads.
        unit: Grafana's unit id; ratios are 0 to 1 with `percentunit`.
        thresholds: from the lowest; the first has no value.
        width: columns of the 24 that the grid has.
        height: rows of the grid.
        options: what this kind of panel can be told.
        colour_mode: how a field gets its colour.
        custom: drawing options of a field.
        overrides: options of single fields (columns of a table).
        transformations: what Grafana does with the frames before it draws them.
    """

    kind: Kind
    title: str
    question: str
    queries: tuple[Query, ...]
    unit: Unit
    thresholds: tuple[Threshold, ...]
    width: int
    height: int
    options: dict[str, object]
    colour_mode: str
    custom: dict[str, object] = field(default_factory=dict[str, object])
    overrides: tuple[dict[str, object], ...] = ()
    transformations: tuple[dict[str, object], ...] = ()
    traces: Traces | None = None
    link: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under one heading; they wrap when the grid is full."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One Grafana dashboard; a data source variable is always there and not listed here.

    Attributes:
        uid: stable across installations; the file is named after it.
        title: unique in the folder.
        question: what the board answers; shown as its description.
        variables: each filters by those before it.
        boxes: what people can type.
        rows: from the general to the specific.

    Raises:
        ValueError: a uid that Grafana does not take.
    """

    uid: str
    title: str
    question: str
    variables: tuple[Variable, ...]
    rows: tuple[Row, ...]
    deeper: str
    boxes: tuple[TextBox, ...] = ()

    @property
    def has_traces(self) -> bool:
        """Whether a panel of it asks Jaeger."""
        return any(panel.traces for row in self.rows for panel in row.panels)

    def __post_init__(self) -> None:
        if not _UID.fullmatch(self.uid):
            raise ValueError(f"uid {self.uid!r}: expected 1 to 40 letters, digits, '-' and '_'")
