"""Spans as a sender makes them: one in a line, or a coherent load whose truth is known."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

NOW_NS = 1_795_000_000_000_000_000
INTERNAL = 1
CLIENT = 3
OK = 0
ERROR = 2

Value = str | bool | int | float | bytes | Sequence["Value"] | Mapping[str, "Value"] | None

MODELS = {
    "gpt-4o": ("openai", "gpt-4o-2024-08-06", "api.openai.com"),
    "gpt-4o-mini": ("openai", "gpt-4o-mini-2024-07-18", "api.openai.com"),
    "claude-sonnet-4-5": ("anthropic", "claude-sonnet-4-5-20250929", "api.anthropic.com"),
}
TOOLS = ("web_search", "read_page", "run_sql", "calculator")
AGENTS = ("researcher", "writer", "analyst")
SERVICES = ("research-api", "support-bot")


_FIELD: dict[type, str] = {bool: "bool_value", int: "int_value", float: "double_value", bytes: "bytes_value"}


def any_value(value: Value) -> AnyValue:
    """Wrap a Python value as an SDK does."""
    wrapped = AnyValue()
    if isinstance(value, Mapping):
        wrapped.kvlist_value.SetInParent()
        wrapped.kvlist_value.values.extend(key_values(value))
    elif isinstance(value, list | tuple):
        wrapped.array_value.SetInParent()
        wrapped.array_value.values.extend(any_value(item) for item in value)
    elif value is not None:
        setattr(wrapped, _FIELD.get(type(value), "string_value"), value)
    return wrapped


def key_values(attributes: Mapping[str, Value]) -> list[KeyValue]:
    """Wrap a mapping as OTLP attributes, in its order."""
    return [KeyValue(key=key, value=any_value(value)) for key, value in attributes.items()]


def span(
    name: str = "chat gpt-4o",
    attributes: Mapping[str, Value] | None = None,
    *,
    trace_id: bytes = b"\x01" * 16,
    span_id: bytes = b"\x02" * 8,
    parent_span_id: bytes = b"",
    kind: int = CLIENT,
    start_ns: int = NOW_NS - 1_000_000_000,
    end_ns: int = NOW_NS,
    status_code: int = OK,
    status_message: str = "",
    exception_type: str = "",
) -> Span:
    """Make one span; what is not said is a good call of a model that took one second."""
    made = Span(
        trace_id=trace_id,
        span_id=span_id,
        parent_span_id=parent_span_id,
        name=name,
        kind=kind,  # type: ignore[arg-type]
        start_time_unix_nano=start_ns,
        end_time_unix_nano=end_ns,
        attributes=key_values(attributes or {}),
    )
    if status_code or status_message:
        made.status.CopyFrom(Status(code=status_code, message=status_message))  # type: ignore[arg-type]
    if exception_type:
        event = made.events.add(name="exception", time_unix_nano=end_ns)
        event.attributes.extend(key_values({"exception.type": exception_type, "exception.message": "it failed"}))
    return made


def resource_spans(
    spans: Sequence[Span], resource: Mapping[str, Value] | None = None, scope: str = "spanwise"
) -> ResourceSpans:
    """Put spans under one resource and one scope."""
    attributes = {"service.name": "research-api"} if resource is None else resource
    return ResourceSpans(
        resource=Resource(attributes=key_values(attributes)),
        scope_spans=[ScopeSpans(scope=InstrumentationScope(name=scope, version="0.1.0"), spans=spans)],
    )


def request(
    spans: Sequence[Span], resource: Mapping[str, Value] | None = None, scope: str = "spanwise"
) -> ExportTraceServiceRequest:
    """Make the request that an exporter sends for these spans."""
    return ExportTraceServiceRequest(resource_spans=[resource_spans(spans, resource, scope)])


@dataclass(frozen=True, slots=True)
class Call:
    """What is true of one call of a model or a tool, or of one run of an agent (`tokens` are then its calls')."""

    service: str
    agent: str
    provider: str
    model: str
    tool: str
    trace_id: bytes
    span_id: bytes
    start_ns: int
    end_ns: int
    error_type: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    ttft_s: float | None = None

    @property
    def duration_s(self) -> float:
        return (self.end_ns - self.start_ns) / 1e9


@dataclass(slots=True)
class Truth:
    """What a receiver of the load must find, span by span; sums and percentiles follow from it."""

    llm: list[Call] = field(default_factory=list[Call])
    tools: list[Call] = field(default_factory=list[Call])
    runs: list[Call] = field(default_factory=list[Call])

    @property
    def spans(self) -> int:
        return len(self.llm) + len(self.tools) + len(self.runs)

    @property
    def input_tokens(self) -> int:
        return sum(call.input_tokens for call in self.llm)

    @property
    def output_tokens(self) -> int:
        return sum(call.output_tokens for call in self.llm)

    @property
    def cache_read_tokens(self) -> int:
        return sum(call.cache_read_tokens for call in self.llm)

    @property
    def llm_errors(self) -> int:
        return sum(bool(call.error_type) for call in self.llm)

    @property
    def ids(self) -> set[tuple[bytes, bytes]]:
        return {(call.trace_id, call.span_id) for call in (*self.llm, *self.tools, *self.runs)}


def traffic(
    seed: int, spans: int = 512, content_bytes: int = 0, now_ns: int = NOW_NS, spread_s: float = 60.0
) -> tuple[bytes, Truth]:
    """Make one export request of agent runs (agent → chat → tools), and what is true of it.

    Every span ends within `spread_s` before `now_ns`; ids depend on the seed only, so other seeds never collide.
    `content_bytes` of prompt and answer go with each call of a model.
    """
    dice = random.Random(seed)
    truth = Truth()
    by_service: dict[str, list[Span]] = {service: [] for service in SERVICES}
    while truth.spans < spans:
        service = dice.choice(SERVICES)
        end_ns = now_ns - int(dice.random() * spread_s * 1e9)
        run = _Run(dice, truth, service, content_bytes)
        by_service[service] += run.spans(min(spans - truth.spans, dice.randint(6, 14)), end_ns)
    export = ExportTraceServiceRequest(
        resource_spans=[resource_spans(made, _resource(service)) for service, made in by_service.items() if made]
    )
    return export.SerializeToString(), truth


def _resource(service: str) -> dict[str, Value]:
    return {
        "telemetry.sdk.language": "python",
        "telemetry.sdk.name": "opentelemetry",
        "telemetry.sdk.version": "1.45.2",
        "service.name": service,
        "service.instance.id": f"{service}-0",
        "deployment.environment.name": "prod",
        "spanwise.tenant": "acme",
    }


class _Run:
    """One run of an agent: its root, and the calls inside it one after another."""

    def __init__(self, dice: random.Random, truth: Truth, service: str, content_bytes: int) -> None:
        self.dice = dice
        self.truth = truth
        self.service = service
        self.content_bytes = content_bytes
        self.agent = dice.choice(AGENTS)
        self.model = dice.choice(list(MODELS))
        self.trace_id = dice.randbytes(16)
        self.root_id = dice.randbytes(8)
        self.conversation = f"conv_{dice.randbytes(8).hex()}"

    def spans(self, count: int, end_ns: int) -> list[Span]:
        """Make `count` spans, of which the root is the last (as an SDK ends them)."""
        made: list[Span] = []
        at_ns = end_ns
        first_call = len(self.truth.llm)
        for step in range(count - 1):
            is_tool = step % 5 in (1, 3)
            made.append(self._tool(at_ns) if is_tool else self._chat(at_ns))
            at_ns = made[-1].start_time_unix_nano - 1_000_000
        made.reverse()
        return [*made, self._root(at_ns, end_ns, self.truth.llm[first_call:])]

    def _shared(self) -> dict[str, Value]:
        return {
            "gen_ai.agent.name": self.agent,
            "gen_ai.agent.id": f"asst_{self.agent}",
            "gen_ai.conversation.id": self.conversation,
            "gen_ai.workflow.name": "answer_question",
            "thread.id": 140_245_001_332_416,
            "thread.name": "MainThread",
        }

    def _call(self, start_ns: int, end_ns: int, **truth: object) -> Call:
        known: dict[str, object] = {"provider": "", "model": "", "tool": "", "span_id": self.dice.randbytes(8)} | truth
        return Call(
            service=self.service, agent=self.agent, trace_id=self.trace_id, start_ns=start_ns, end_ns=end_ns, **known
        )  # type: ignore[arg-type]

    def _chat(self, end_ns: int) -> Span:
        dice = self.dice
        provider, response_model, host = MODELS[self.model]
        duration_s = dice.lognormvariate(0.0, 0.6)
        failed = dice.random() < 0.03
        cached = dice.choice((0, 0, 1024))
        call = self._call(
            end_ns - int(duration_s * 1e9),
            end_ns,
            provider=provider,
            model=self.model,
            error_type="429" if failed else "",
            input_tokens=0 if failed else cached + dice.randint(50, 4000),
            output_tokens=0 if failed else dice.randint(1, 900),
            cache_read_tokens=0 if failed else cached,
            ttft_s=None if failed or dice.random() < 0.5 else round(duration_s * 0.2, 6),
        )
        self.truth.llm.append(call)
        attributes: dict[str, Value] = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": provider,
            "gen_ai.request.model": self.model,
            "gen_ai.request.temperature": 0.2,
            "gen_ai.request.max_tokens": 1024,
            "server.address": host,
            "server.port": 443,
        }
        attributes |= {"error.type": "429"} if failed else self._answer(call, response_model)
        return self._span(f"chat {self.model}", attributes, call, CLIENT)

    def _answer(self, call: Call, response_model: str) -> dict[str, Value]:
        answer: dict[str, Value] = {
            "gen_ai.response.model": response_model,
            "gen_ai.response.id": f"chatcmpl-{self.dice.randbytes(12).hex()}",
            "gen_ai.response.finish_reasons": ["stop"],
            "gen_ai.usage.input_tokens": call.input_tokens,
            "gen_ai.usage.output_tokens": call.output_tokens,
            "gen_ai.usage.cache_read.input_tokens": call.cache_read_tokens,
        }
        if call.ttft_s is not None:
            answer |= {"gen_ai.request.stream": True, "gen_ai.response.time_to_first_chunk": call.ttft_s}
        if self.content_bytes:
            answer |= {
                "gen_ai.input.messages": _messages("user", self.content_bytes * 3 // 4),
                "gen_ai.output.messages": _messages("assistant", self.content_bytes // 4),
            }
        return answer

    def _tool(self, end_ns: int) -> Span:
        name = self.dice.choice(TOOLS)
        failed = self.dice.random() < 0.05
        duration_ns = int(self.dice.lognormvariate(-1.5, 0.8) * 1e9)
        error_type = "TimeoutError" if failed else ""
        call = self._call(end_ns - duration_ns, end_ns, tool=name, error_type=error_type)
        self.truth.tools.append(call)
        attributes: dict[str, Value] = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": name,
            "gen_ai.tool.call.id": f"call_{self.dice.randbytes(12).hex()}",
            "gen_ai.tool.type": "function",
            "gen_ai.tool.description": f"Calls {name} with the arguments that the model chose.",
            "code.function.name": f"tools.{name}",
        }
        return self._span(
            f"execute_tool {name}", attributes | ({"error.type": error_type} if failed else {}), call, INTERNAL
        )

    def _root(self, start_ns: int, end_ns: int, calls: Sequence[Call]) -> Span:
        call = self._call(
            start_ns,
            end_ns,
            span_id=self.root_id,
            input_tokens=sum(made.input_tokens for made in calls),
            output_tokens=sum(made.output_tokens for made in calls),
        )
        self.truth.runs.append(call)
        attributes: dict[str, Value] = {"gen_ai.operation.name": "invoke_agent"}
        return self._span(f"invoke_agent {self.agent}", attributes, call, INTERNAL)

    def _span(self, name: str, attributes: dict[str, Value], call: Call, kind: int) -> Span:
        return span(
            name,
            attributes | self._shared(),
            trace_id=call.trace_id,
            span_id=call.span_id,
            parent_span_id=b"" if call.span_id == self.root_id else self.root_id,
            kind=kind,
            start_ns=call.start_ns,
            end_ns=call.end_ns,
            status_code=ERROR if call.error_type else OK,
            status_message="it failed" if call.error_type else "",
            exception_type=call.error_type if kind == INTERNAL else "",
        )


def _messages(role: str, length: int) -> str:
    text = ("The quick brown fox jumps over the lazy dog. " * (length // 45 + 1))[:length]
    return f'[{{"role":"{role}","parts":[{{"type":"text","content":"{text}"}}]}}]'
