"""Write a question about a measure in PromQL over the metrics of the collector."""

from __future__ import annotations

from typing import Final

from spanwise_alerts.errors import AskError
from spanwise_alerts.question import Question
from spanwise_schema.measures import MEASURES, QUANTILES, Measure
from spanwise_schema.metrics import LABEL, METRICS, UNPRICED_CALLS, Metric

# calls without a price are recorded with their tokens, and have a counter of their own
_OF: Final = {metric.measure: metric for metric in METRICS if metric.measure} | {"llm.unpriced": UNPRICED_CALLS}
_COUNTED: Final = frozenset({"{call}", "{run}"})
_DIMENSION: Final = {label: dimension for dimension, label in LABEL.items()}


def value_of(question: Question) -> str:
    """Return the expression of the question's value; a user's own expression as it stands.

    Quantiles are as coarse as the buckets of the histogram.

    Raises:
        AskError: the metric does not tell it.
    """
    if question.promql:
        return question.promql
    measure, metric = _metric(question)
    window = _window(question)
    by = f" by ({', '.join(_labels(question, metric))})" if question.by else ""
    if question.stat in QUANTILES:
        if metric.type != "histogram":
            raise AskError(f"Prometheus has no buckets of {measure.name}: {question.stat} cannot be asked of it")
        inner = ", ".join(["le", *_labels(question, metric)])
        rates = f"sum by ({inner}) (rate({_series(metric, '_bucket', question)}{window}))"
        return f"histogram_quantile({QUANTILES[question.stat]}, {rates})"
    match question.stat:
        case "mean":
            if metric.type != "histogram":
                raise AskError(f"Prometheus does not count what is in {measure.name}: mean cannot be asked of it")
            return f"{_sum(metric, '_sum', question, 'rate', by)} / {_sum(metric, '_count', question, 'rate', by)}"
        case "ratio":
            failed = _sum(metric, "_count", question, "increase", by, 'error_type!=""')
            return f"({failed} or 0 * {_seen(metric, question, by)}) / {_seen(metric, question, by)}"
        case "max":
            raise AskError(f"Prometheus does not know the greatest {measure.name}: max cannot be asked of it")
        case "count" if measure.unit not in {*_COUNTED, "{error}"}:
            if metric.type != "histogram":
                raise AskError(f"Prometheus does not count what is in {measure.name}: count cannot be asked of it")
            return _seen(metric, question, by)
        case _:
            return _amount(measure, metric, question, by)


def count_of(question: Question) -> str:
    """Return the expression of how many observations are behind the value; empty where the metric does not count."""
    if question.promql:
        return ""
    measure, metric = _metric(question)
    by = f" by ({', '.join(_labels(question, metric))})" if question.by else ""
    return _seen(metric, question, by) if metric.type == "histogram" or measure.unit in _COUNTED else ""


def greatest_of(question: Question) -> float | None:
    """Return the end of the last bucket, beyond which no quantile is ever told; None where nothing bounds it."""
    _, metric = _metric(question)
    return metric.buckets[-1] if question.stat in QUANTILES and metric.buckets else None


def duration(length_s: float) -> str:
    """Write a duration as PromQL does, which has no fractions."""
    length_ms = round(length_s * 1000)
    return f"{length_ms}ms" if length_ms % 1000 else f"{length_ms // 1000}s"


def dimension_of(label: str) -> str:
    """Return the dimension that a label stands for; the label itself where it is none of ours."""
    return _DIMENSION.get(label, label)


def _metric(question: Question) -> tuple[Measure, Metric]:
    measure = MEASURES[question.measure]
    return measure, _OF.get(measure.name) or _OF[measure.source]


def _amount(measure: Measure, metric: Metric, question: Question, by: str) -> str:
    how = "rate" if question.stat == "rate" else "increase"
    if measure.unit == "{error}":
        failed = _sum(metric, "_count", question, how, by, 'error_type!=""')
        return f"({failed} or 0 * {_sum(metric, '_count', question, how, by)})"
    if measure.unit in _COUNTED and metric.type == "histogram":
        return _sum(metric, "_count", question, how, by)
    return _sum(metric, "_sum" if metric.type == "histogram" else "_total", question, how, by)


def _seen(metric: Metric, question: Question, by: str) -> str:
    return _sum(metric, "_count" if metric.type == "histogram" else "_total", question, "increase", by)


def _sum(metric: Metric, suffix: str, question: Question, how: str, by: str, extra: str = "") -> str:
    return f"sum{by} ({how}({_series(metric, suffix, question, extra)}{_window(question)}))"


def _window(question: Question) -> str:
    ago = f" offset {duration(question.ago_s)}" if question.ago_s else ""
    return f"[{duration(question.window_s)}]{ago}"


def _series(metric: Metric, suffix: str, question: Question, extra: str = "") -> str:
    missing = [name for name, _ in question.where if LABEL_OF.get(name) not in metric.labels]
    if missing:
        raise AskError(f"{metric.name} has no label for {missing[0]!r}: it cannot be asked of Prometheus")
    matchers = [f'{LABEL_OF[name]}="{escaped(value)}"' for name, value in question.where]
    return f"{metric.name}{suffix}{{{', '.join([*matchers, *([extra] if extra else [])])}}}"


def _labels(question: Question, metric: Metric) -> list[str]:
    missing = [name for name in question.by if LABEL_OF.get(name) not in metric.labels]
    if missing:
        raise AskError(f"{metric.name} has no label for {missing[0]!r}: it cannot be asked of Prometheus")
    return [LABEL_OF[name] for name in question.by]


def escaped(value: str) -> str:
    """Write a text for between the quotes of a PromQL string."""
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


LABEL_OF: Final[dict[str, str]] = {str(dimension): label for dimension, label in LABEL.items()}
"""How a dimension is spelled as a label."""
