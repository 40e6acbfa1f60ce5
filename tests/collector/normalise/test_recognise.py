import pytest

from spanwise_collector.normalise import normalise
from tests.collector.normalise.frames import decoded


def spoken(*spans):
    return normalise(decoded(*spans)).frame["dialect"].to_list()


@pytest.mark.parametrize(
    ("span", "dialect"),
    [
        ({"openinference.span.kind": "LLM"}, "openinference"),
        ({"gen_ai.sdk.version": "1", "gen_ai.system": "openai"}, "openlit"),
        ({"resource.telemetry.sdk.name": "openlit", "gen_ai.system": "openai"}, "openlit"),
        ({"logfire.msg": "chat", "gen_ai.system": "openai"}, "logfire"),
        ({"ai.operationId": "ai.embed"}, "vercel"),
        ({"langsmith.span.kind": "llm", "gen_ai.system": "openai"}, "langsmith"),
        ({"mlflow.spanType": '"LLM"'}, "mlflow"),
        ({"traceloop.span.kind": "task"}, "traceloop"),
        ({"gen_ai.system": "strands-agents"}, "strands"),
        ({"span.type": "claude_code.hook"}, "claude_code"),
        ({"span.type": "other"}, None),
        ({"resource.service.name": "claude-code-desktop"}, "claude_code"),
        ({"resource.service.name": "codex_cli_rs"}, "codex"),
        ({"resource.service.name": "gemini-cli"}, "gemini_cli"),
        ({"langfuse.observation.type": "span"}, "langfuse"),
        ({"genkit:name": "x"}, "genkit"),
        ({"gen_ai.system": "openai"}, "gen_ai"),
        ({"resource.service.name": "svc"}, None),
        ({"scope_name": None}, None),
    ],
)
def test_a_span_is_recognised_by_what_only_one_dialect_has(span, dialect):
    assert spoken(span) == [dialect]


def test_of_two_dialects_on_a_span_the_first_in_order_is_told():
    both = {"openinference.span.kind": "LLM", "gen_ai.system": "openai", "traceloop.entity.path": "a"}
    assert spoken(both) == ["openinference"]
    assert spoken({**both, "scope_name": "spanwise"}) == ["otel_genai"]


def test_each_span_of_a_batch_has_its_own_dialect():
    spans = [{"openinference.span.kind": "LLM"}, {}, {"gen_ai.system": "x"}, {"scope_name": "litellm"}]
    assert spoken(*spans) == ["openinference", None, "gen_ai", "litellm"]
