"""Makes docs/metrics.md of the catalogues: `python -m tests.schema.page`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from spanwise_schema.alert_metrics import ALERT_METRICS
from spanwise_schema.measures import MEASURES
from spanwise_schema.metrics import LABEL, METRICS, OTHER, Metric

PAGE = Path(__file__).parents[2] / "docs/metrics.md"

HEAD = """# Metrics and measures

Made of [the catalogue of metrics](../schema/src/spanwise_schema/metrics.py) and [the catalogue of
measures](../schema/src/spanwise_schema/measures.py) by `python -m tests.schema.page`; a test holds it against them.

`/metrics` on 8750 answers Prometheus text, and OpenMetrics to who asks for it (`Accept: application/openmetrics-text`,
as Prometheus does). On the OpenMetrics page each bucket of a latency (a histogram in seconds) has an exemplar:
`trace_id` and `span_id` of the newest call in it. Start Prometheus with `--enable-feature=exemplar-storage` to keep
them. The trace is at `/api/traces/TRACE_ID`, where Grafana's Jaeger data source finds it.

```yaml
scrape_configs:
  - job_name: spanwise
    honor_labels: true        # metrics that are passed on keep the `job` and `instance` of who made them
    static_configs: [{{targets: ["COLLECTOR:8750", "COLLECTOR:9093"]}}]
```

- A label without a value is the empty string. A label with too many values (`collector.limits.label_values`) has
  `{other}` in the place of further ones.
- Counters and histograms never go back, also not over a restart.
- Percentiles of histograms are as coarse as their buckets; the query API's (`/api/v1/measure`) are within 1 %.
"""

LABELS = """
## Labels

| Label | Dimension of the query API |
|---|---|
{rows}
"""

ASKED = """
## Measures of the query API

`/api/v1/measure?measure=…&stat=…&by=…&where=…&window=…`; `/api/v1/measures` answers this list.

{rows}
"""


def page() -> str:
    """Write the page."""
    own = [metric for metric in METRICS if not metric.measure]
    parts = [
        HEAD.format(other=OTHER),
        *_section("Calls of a model", _measured("llm.")),
        *_section("Calls of a tool", _measured("tool.")),
        *_section("Runs of an agent", _measured("run.")),
        *_section("The rest, and the collector itself", own),
        *_section("The alert manager (`/metrics` on 9093)", ALERT_METRICS),
        LABELS.format(rows="\n".join(f"| `{label}` | `{dimension}` |" for dimension, label in LABEL.items())),
        ASKED.format(rows="\n".join(_measures())),
    ]
    return "".join(parts)


def _measured(prefix: str) -> list[Metric]:
    return [metric for metric in METRICS if metric.measure.startswith(prefix)]


def _section(title: str, metrics: Sequence[Metric]) -> Iterator[str]:
    yield f"\n## {title}\n\n| Metric | Type | Labels | What it is |\n|---|---|---|---|\n"
    for metric in metrics:
        name = f"{metric.name}_total" if metric.type == "counter" else metric.name
        labels = ", ".join(f"`{label}`" for label in metric.labels) or "none"
        yield f"| `{name}` | {metric.type} | {labels} | {metric.help} |\n"
    bounds: dict[tuple[float, ...], list[str]] = {}
    for metric in metrics:
        if metric.buckets:
            bounds.setdefault(metric.buckets, []).append(f"`{metric.name}`")
    for buckets, names in bounds.items():
        yield f"\nBuckets of {', '.join(names)}: {', '.join(f'{bound:.12g}' for bound in buckets)}.\n"


def _measures() -> Iterator[str]:
    yield "| Measure | Unit | What it is | Stats | Dimensions |\n|---|---|---|---|---|"
    for measure in MEASURES.values():
        stats, dimensions = ", ".join(measure.stats), ", ".join(measure.dimensions)
        yield f"| `{measure.name}` | {measure.unit} | {measure.help} | {stats} | {dimensions} |"


if __name__ == "__main__":
    PAGE.write_text(page())
