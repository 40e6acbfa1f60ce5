"""Golden cases that no emitter was recorded for: written from what is published of it, and so marked."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from spanwise_collector.normalise import normalise
from tests.collector.normalise.frames import SECOND_NS, START_NS, decoded


@dataclass(frozen=True, slots=True)
class Written:
    """What an emitter would tell of calls.

    Attributes:
        dialect: its name.
        shows: what of `golden.PARTS` it shows.
        source: where it is written what the emitter tells.
        spans: attributes of each span, the outer one first; see `tests.collector.normalise.frames.decoded`.
        truth: calls, input and output tokens.
    """

    dialect: str
    shows: str
    source: str
    spans: tuple[Mapping[str, object], ...]
    truth: tuple[int, int, int]

    @property
    def frame(self) -> pl.DataFrame:
        """Give the spans as the collector understands them: all below the first, one after another."""
        return normalise(decoded(*(_placed(span, place) for place, span in enumerate(self.spans)))).frame


def _placed(span: Mapping[str, object], place: int) -> Mapping[str, object]:
    ids = {"span_id": (place + 1).to_bytes(8), "parent_span_id": (1).to_bytes(8) if place else None}
    start_ns = START_NS + place * SECOND_NS
    times = {"start_ns": start_ns, "end_ns": START_NS + 10 * SECOND_NS if not place else start_ns + SECOND_NS // 2}
    return {**ids, **times, **span}


_CONVENTIONS = "OpenTelemetry semantic conventions for generative AI"
_INPUT, _OUTPUT = "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"
_CHAT = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o"}
_TOLD = {**_CHAT, _INPUT: 18, _OUTPUT: 9}
_STRANDS = {
    "name": "chat", "scope_name": "strands.telemetry.tracer", "gen_ai.operation.name": "chat",
    "gen_ai.system": "strands-agents", "gen_ai.request.model": "claude-sonnet-4-5", _INPUT: 18, _OUTPUT: 9,
}  # fmt: skip
_MLFLOW = '{"input_tokens": 18, "output_tokens": 9, "total_tokens": 27}'

WRITTEN = (
    Written("gen_ai", "plain", _CONVENTIONS, (_TOLD,), (1, 18, 9)),
    Written(
        "gen_ai", "streamed", _CONVENTIONS,
        ({**_TOLD, "gen_ai.request.stream": True, "gen_ai.response.time_to_first_chunk": 0.2},), (1, 18, 9),
    ),
    Written("gen_ai", "cached", _CONVENTIONS, ({**_TOLD, "gen_ai.usage.cache_read.input_tokens": 4},), (1, 18, 9)),
    Written(
        "gen_ai", "reasoning", _CONVENTIONS, ({**_TOLD, "gen_ai.usage.reasoning.output_tokens": 2},), (1, 18, 9)
    ),
    Written("gen_ai", "error", _CONVENTIONS, ({**_CHAT, "error.type": "429", "status_code": 2},), (1, 0, 0)),
    Written(
        "gen_ai", "nested", _CONVENTIONS,
        ({"gen_ai.operation.name": "invoke_agent", _INPUT: 36, _OUTPUT: 18}, _TOLD, _TOLD), (2, 36, 18),
    ),
    Written(
        "mlflow", "nested", "MLflow's tracing: `mlflow.spanType` and `mlflow.chat.tokenUsage`, JSON in texts",
        (
            {"mlflow.spanType": '"AGENT"', "mlflow.chat.tokenUsage": '{"input_tokens": 36, "output_tokens": 18}'},
            {"mlflow.spanType": '"CHAT_MODEL"', "mlflow.chat.tokenUsage": _MLFLOW},
            {"mlflow.spanType": '"CHAT_MODEL"', "mlflow.chat.tokenUsage": _MLFLOW},
        ),
        (2, 36, 18),
    ),
    Written(
        "strands", "cached", "strands-agents, `telemetry/tracer.py`: end_model_invoke_span",
        ({**_STRANDS, "gen_ai.usage.cache_read_input_tokens": 4, "gen_ai.usage.cache_write_input_tokens": 0},),
        (1, 18, 9),
    ),
)  # fmt: skip
"""Each shows what none of the recorded cases of its dialect does."""
