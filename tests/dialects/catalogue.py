"""The emitters that are recorded: what to install, what to switch on, and which script then calls."""

from dataclasses import dataclass
from pathlib import Path

AGENTS = Path(__file__).parents[1] / "matrix" / "agents"
OWN_AGENTS = Path(__file__).parent / "agents"


@dataclass(frozen=True, slots=True)
class Emitter:
    """What to install, what to switch on, and which script then calls."""

    name: str
    switch: str
    script: Path
    requirements: tuple[str, ...]
    path: str = ""
    skip: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    """Of npm."""
    tool: tuple[str, str, str] = ("call_1", "current_of", '{"river":"Danube"}')
    """What the model calls in the scenario `tool`: id, name, arguments."""


OPENLIT, OLDER_SDK = "openlit>=1.45", "opentelemetry-sdk<1.40"  # what OpenLIT imports is gone later
_OPENAI, _ANTHROPIC = AGENTS / "with_openai.py", AGENTS / "with_anthropic.py"
_VERCEL = (
    "@opentelemetry/api@~1.9", "@opentelemetry/exporter-trace-otlp-proto@^0.200.0", "@opentelemetry/resources@^2",
    "@opentelemetry/sdk-trace-node@^2", "zod",
)  # fmt: skip

EMITTERS = (
    Emitter("traceloop_openai", "traceloop_openai", _OPENAI, ("opentelemetry-instrumentation-openai", "openai"), "/v1"),
    Emitter(
        "traceloop_anthropic", "traceloop_anthropic", _ANTHROPIC,
        ("opentelemetry-instrumentation-anthropic", "anthropic<1"),
    ),
    Emitter(
        "openinference_openai", "openinference_openai", _OPENAI,
        ("openinference-instrumentation-openai", "openai"), "/v1",
    ),
    Emitter(
        "openinference_anthropic", "openinference_anthropic", _ANTHROPIC,
        ("openinference-instrumentation-anthropic", "anthropic"),
    ),
    Emitter(
        "openinference_langchain", "openinference_langchain", AGENTS / "with_langchain_openai.py",
        ("openinference-instrumentation-langchain", "langchain", "langchain-openai"), "/v1",
    ),
    Emitter(
        "official_openai", "official_openai", _OPENAI, ("opentelemetry-instrumentation-genai-openai", "openai"), "/v1"
    ),
    Emitter(
        "official_anthropic", "official_anthropic", _ANTHROPIC,
        ("opentelemetry-instrumentation-genai-anthropic", "anthropic"),
    ),
    Emitter("openlit_openai", "openlit", _OPENAI, (OPENLIT, "openai<3", OLDER_SDK), "/v1"),
    Emitter("openlit_anthropic", "openlit", _ANTHROPIC, (OPENLIT, "anthropic<1", OLDER_SDK)),
    Emitter(
        "pydantic_ai", "pydantic_ai", AGENTS / "with_pydantic_ai.py", ("pydantic-ai-slim[openai,anthropic]",), "/v1"
    ),
    Emitter("litellm", "litellm", AGENTS / "with_litellm.py", ("litellm",), "/v1", ("tool",)),
    Emitter("anthropic", "anthropic", _ANTHROPIC, ("anthropic",)),
    Emitter(
        "langsmith", "langsmith", AGENTS / "with_langchain_openai.py",
        ("langsmith[otel]", "langchain", "langchain-openai"), "/v1",
    ),
    Emitter("mlflow", "mlflow", _OPENAI, ("mlflow", "openai"), "/v1"),
    Emitter("strands", "none", OWN_AGENTS / "with_strands.py", ("strands-agents[openai]",), "/v1"),
    Emitter("adk", "none", OWN_AGENTS / "with_adk.py", ("google-adk", "litellm<1.90"), "/v1", ("stream",)),
    Emitter("adk_gemini", "none", OWN_AGENTS / "with_adk_gemini.py", ("google-adk>=2",)),
    Emitter("logfire_openai", "logfire_openai", _OPENAI, ("logfire", "openai"), "/v1"),
    Emitter("haystack", "none", OWN_AGENTS / "with_haystack.py", ("haystack-ai", "opentelemetry-haystack"), "/v1"),
    Emitter("langfuse", "none", OWN_AGENTS / "with_langfuse.py", ("langfuse", "openai"), "/v1"),
    Emitter("crewai", "elsewhere", OWN_AGENTS / "with_crewai.py", ("crewai",), "/v1"),
    Emitter(
        "livekit", "none", OWN_AGENTS / "with_livekit.py", ("livekit-agents", "livekit-plugins-openai"), "/v1",
        ("stream",),
    ),
    Emitter(
        "microsoft_agents", "none", OWN_AGENTS / "with_agent_framework.py",
        ("agent-framework-core", "agent-framework-openai"), "/v1",
    ),
    Emitter("microsoft_kernel", "none", OWN_AGENTS / "with_semantic_kernel.py", ("semantic-kernel",), "/v1"),
    Emitter("genkit", "none", OWN_AGENTS / "with_genkit.py", ("genkit", "genkit-openai>=0.12"), "/v1"),
    Emitter(
        "vercel", "node", OWN_AGENTS / "with_vercel.mjs", (), "/v1",
        packages=(*_VERCEL, "ai@7", "@ai-sdk/openai@4", "@ai-sdk/otel@1"),
    ),
    Emitter(
        "vercel_5", "node", OWN_AGENTS / "with_vercel.mjs", (), "/v1",
        packages=(*_VERCEL, "ai@5", "@ai-sdk/openai@2"),
    ),
    Emitter(
        "claude_code", "elsewhere", OWN_AGENTS / "with_claude_code.py", (), "", ("stream",),
        ("@anthropic-ai/claude-code",), ("toolu_1", "Read", '{"file_path":"river.md"}'),
    ),
    Emitter(
        "codex", "elsewhere", OWN_AGENTS / "with_codex.py", (), "/v1", ("stream", "error"),  # it leaves an error untold
        ("@openai/codex",), ("call_1", "exec_command", '{"cmd":"echo east"}'),
    ),
    Emitter(
        "gemini_cli", "elsewhere", OWN_AGENTS / "with_gemini_cli.py", (), "", ("stream",),
        ("@google/gemini-cli",), ("call_1", "list_directory", '{"dir_path":"."}'),
    ),
    Emitter("spring_ai", "elsewhere", OWN_AGENTS / "with_spring_ai.py", ()),
)  # fmt: skip
