"""Runs inside an isolated environment: switches emitters on, then plays an agent's script of the matrix.

`python emitters.py EMITTER[+EMITTER] RECEIVER SCRIPT ADDRESS SCENARIO`
"""

import os
import runpy
import sys
from functools import cache
from pathlib import Path


@cache
def provider(endpoint: str):
    """Make the process-wide tracer provider that exports each span at once."""
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    made = TracerProvider(resource=Resource({"service.name": "golden"}))
    made.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces")))
    trace.set_tracer_provider(made)
    return made


def traceloop_openai(endpoint: str):
    from opentelemetry.instrumentation.openai import OpenAIInstrumentor

    OpenAIInstrumentor().instrument(tracer_provider=provider(endpoint))


def traceloop_anthropic(endpoint: str):
    from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor

    AnthropicInstrumentor().instrument(tracer_provider=provider(endpoint))


def openinference_openai(endpoint: str):
    from openinference.instrumentation.openai import OpenAIInstrumentor

    OpenAIInstrumentor().instrument(tracer_provider=provider(endpoint))


def openinference_anthropic(endpoint: str):
    from openinference.instrumentation.anthropic import AnthropicInstrumentor

    os.environ.setdefault("ANTHROPIC_OPEN_TELEMETRY", "false")
    AnthropicInstrumentor().instrument(tracer_provider=provider(endpoint))


def ours(endpoint: str):
    import spanwise

    provider(endpoint)
    spanwise.instrument(endpoint=endpoint)


def langfuse(endpoint: str):
    provider(endpoint)
    os.environ |= {
        "LANGFUSE_PUBLIC_KEY": "pk-lf-none", "LANGFUSE_SECRET_KEY": "sk-lf-none", "LANGFUSE_BASE_URL": endpoint,
    }  # fmt: skip


def traceloop_langchain(endpoint: str):
    from opentelemetry.instrumentation.langchain import LangchainInstrumentor

    LangchainInstrumentor().instrument(tracer_provider=provider(endpoint))


def openinference_litellm(endpoint: str):
    from openinference.instrumentation.litellm import LiteLLMInstrumentor

    LiteLLMInstrumentor().instrument(tracer_provider=provider(endpoint))


def openinference_agents(endpoint: str):
    from openinference.instrumentation.openai_agents import OpenAIAgentsInstrumentor

    OpenAIAgentsInstrumentor().instrument(tracer_provider=provider(endpoint))


def traceloop_agents(endpoint: str):
    from opentelemetry.instrumentation.openai_agents import OpenAIAgentsInstrumentor

    OpenAIAgentsInstrumentor().instrument(tracer_provider=provider(endpoint))


def logfire_anthropic(endpoint: str):
    import logfire

    os.environ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = f"{endpoint}/v1/traces"
    os.environ.setdefault("ANTHROPIC_OPEN_TELEMETRY", "false")
    logfire.configure(send_to_logfire=False, console=False, metrics=False, service_name="golden")
    logfire.instrument_anthropic(suppress_other_instrumentation=False)


def openinference_langchain(endpoint: str):
    from openinference.instrumentation.langchain import LangChainInstrumentor

    LangChainInstrumentor().instrument(tracer_provider=provider(endpoint))


def official_openai(endpoint: str):
    from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor

    OpenAIInstrumentor().instrument(tracer_provider=provider(endpoint))


def official_anthropic(endpoint: str):
    from opentelemetry.instrumentation.genai.anthropic import AnthropicInstrumentor

    os.environ.setdefault("ANTHROPIC_OPEN_TELEMETRY", "false")
    AnthropicInstrumentor().instrument(tracer_provider=provider(endpoint))


def openlit(endpoint: str):
    import openlit as library

    library.init(otlp_endpoint=endpoint, application_name="golden", disable_metrics=True, disable_batch=True)


def pydantic_ai(endpoint: str):
    from pydantic_ai import Agent

    provider(endpoint)
    Agent.instrument_all()


def litellm(endpoint: str):
    import litellm as library

    os.environ |= {"OTEL_EXPORTER": "otlp_http", "OTEL_ENDPOINT": f"{endpoint}/v1/traces"}
    os.environ["USE_OTEL_LITELLM_REQUEST_SPAN"] = "true"  # else it writes on whatever span is around
    library.callbacks = ["otel"]


def anthropic(endpoint: str):
    os.environ["ANTHROPIC_OPEN_TELEMETRY"] = "true"
    provider(endpoint)


def langsmith(endpoint: str):
    os.environ |= {
        "LANGSMITH_TRACING": "true", "LANGSMITH_OTEL_ENABLED": "true", "LANGSMITH_OTEL_ONLY": "true",
        "LANGSMITH_API_KEY": "none", "LANGSMITH_ENDPOINT": endpoint,
    }  # fmt: skip
    provider(endpoint)


def mlflow(endpoint: str):
    os.environ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = f"{endpoint}/v1/traces"
    os.environ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] = "http/protobuf"
    os.environ["MLFLOW_ENABLE_ASYNC_TRACE_LOGGING"] = "false"
    import mlflow.openai

    mlflow.openai.autolog()


def logfire_openai(endpoint: str):
    import logfire

    os.environ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = f"{endpoint}/v1/traces"
    logfire.configure(send_to_logfire=False, console=False, metrics=False, service_name="golden")
    logfire.instrument_openai(suppress_other_instrumentation=False)


def elsewhere(endpoint: str):
    """Nothing: the program brings its own exporter."""


def none(endpoint: str):
    """Only the provider: the script's own framework tells."""
    provider(endpoint)


def main() -> None:
    names, endpoint, script, *arguments = sys.argv[1:]
    for name in names.split("+"):
        globals()[name](endpoint)
    sys.argv = [script, *arguments]
    sys.path.insert(0, str(Path(script).parent))
    try:
        runpy.run_path(script, run_name="__main__")
    finally:
        from opentelemetry import trace

        flush = getattr(trace.get_tracer_provider(), "force_flush", None)
        if flush is not None:
            flush()


main()
