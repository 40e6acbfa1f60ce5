"""The other tracers of model calls that are run beside ours: what to install, and which script sets them up."""

from dataclasses import dataclass

WAYS = ("run", "ours", "theirs")
"""Under `spanwise run`; `spanwise.instrument()` before theirs; theirs, with its provider, before ours."""


@dataclass(frozen=True, slots=True)
class Twin:
    """One other tracer."""

    name: str
    """Distribution name, and what `--only` selects."""
    script: str
    what: str
    """What it traces, as the table says it."""
    beside: tuple[str, ...]
    """The SDKs that it traces."""
    environ: tuple[tuple[str, str], ...] = ()

    @property
    def requirements(self) -> tuple[str, ...]:
        return (self.name, *self.beside)

    @property
    def key(self) -> str:
        """Name the folder of its environment."""
        return "beside_" + "_".join(self.requirements).translate(str.maketrans("<>=.,[]", "_______"))

    @property
    def row(self) -> str:
        """Name the row among all others."""
        return f"{self.key}-{self.script.removesuffix('.py')}"


_OTEL = ("opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http")

_BOTH = ("opentelemetry-instrumentation-openai", "openai")

TWINS: tuple[Twin, ...] = (
    Twin("openinference-instrumentation-openai", "openinference_openai.py", "openai", ("openai",)),
    Twin("opentelemetry-instrumentation-openai", "openllmetry_openai.py", "openai", ("openai",)),
    Twin("opentelemetry-instrumentation-genai-openai", "genai_openai.py", "openai", ("openai",)),
    Twin("openinference-instrumentation-openai", "two_openai.py", "openai, OpenLLMetry's beside it", _BOTH),
    Twin("openlit", "openlit_init.py", "openai", ("openai",)),
    Twin("logfire", "logfire_configure.py", "openai, suppressing others", ("openai",)),
    Twin("logfire", "logfire_open.py", "openai, not suppressing others", ("openai",)),
    Twin("traceloop-sdk", "traceloop_init.py", "openai", ("openai", "httpx")),
    Twin("litellm", "litellm_callback.py", "its own calls", (*_OTEL, "opentelemetry-exporter-otlp-proto-grpc", "mcp")),
    Twin("openinference-instrumentation-litellm", "openinference_litellm.py", "litellm", ("litellm", "mcp")),
    Twin("pydantic-ai", "pydantic_ai_native.py", "its own calls", _OTEL),
    Twin("openai-agents", "agents_native.py", "its own runs", _OTEL),
    Twin("openinference-instrumentation-openai-agents", "openinference_agents.py", "openai-agents", ("openai-agents",)),
    Twin("opentelemetry-instrumentation-openai-agents", "openllmetry_agents.py", "openai-agents", ("openai-agents",)),
    Twin("anthropic", "anthropic_native.py", "its own calls", _OTEL),
    Twin("openinference-instrumentation-anthropic", "openinference_anthropic.py", "anthropic", ("anthropic",)),
    Twin(
        "openinference-instrumentation-langchain",
        "openinference_langchain.py",
        "langchain",
        ("langchain-openai", "langchain"),
    ),
    Twin(
        "opentelemetry-instrumentation-langchain",
        "openllmetry_langchain.py",
        "langchain",
        ("langchain-openai", "langchain"),
    ),
    Twin("crewai", "crewai_native.py", "its own runs", ("litellm", *_OTEL)),
    Twin("openinference-instrumentation-crewai", "openinference_crewai.py", "crewai", ("crewai",)),
    Twin("opentelemetry-instrumentation-crewai", "openllmetry_crewai.py", "crewai", ("crewai",)),
)
