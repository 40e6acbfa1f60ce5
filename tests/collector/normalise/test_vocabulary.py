import pytest

from spanwise_collector.normalise import vocabulary


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("openai", "openai"), ("OpenAI", "openai"), ("Anthropic", "anthropic"), ("openai.chat", "openai"),
        ("openai.responses", "openai"), ("anthropic.messages", "anthropic"), ("google.vertex.chat", "gcp.vertex_ai"),
        ("azure", "azure.ai.openai"), ("az.ai.openai", "azure.ai.openai"), ("azure.openai.chat", "azure.ai.openai"),
        ("AWS", "aws.bedrock"), ("amazon-bedrock", "aws.bedrock"), ("aws.bedrock", "aws.bedrock"),
        ("google.generative-ai", "gcp.gemini"), ("gcp.gemini", "gcp.gemini"), ("xai", "x_ai"),
        ("mistralai", "mistral_ai"), ("api.openai.com", "openai"), ("ibm.watsonx.ai", "ibm.watsonx.ai"),
        ("langchain", None),
        ("gcp.vertex.agent", None), (" ", None), ("my.gateway", "my.gateway"), ("chat." * 50_000, "chat." * 50_000),
    ],
)  # fmt: skip
def test_a_provider_has_one_spelling_and_a_framework_is_none(written, canonical):
    assert vocabulary.provider(written) == canonical


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("stop", "stop"), ("STOP", "stop"), ("end_turn", "stop"), ("COMPLETE", "stop"), ("MAX_TOKENS", "length"),
        ("tool_calls", "tool_call"), ("tool-calls", "tool_call"), ("SAFETY", "content_filter"),
        ("refusal", "content_filter"), ("PROHIBITED_CONTENT", "content_filter"), ("SPII", "content_filter"),
        ("model_context_window_exceeded", "length"), ("error", "error"), ("Odd", "Odd"),
        ("FinishReason.TOOL_CALLS", "tool_call"),
    ],
)  # fmt: skip
def test_a_finish_reason_has_one_spelling(written, canonical):
    assert vocabulary.finish_reason(written) == canonical


def test_an_operation_has_one_spelling():
    assert [vocabulary.operation(value) for value in ("chat", "text_completions", "tool_call", "odd")] == [
        "chat", "text_completion", "execute_tool", "odd",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("default", "default"), ("standard", "default"), ("ON_DEMAND", "default"), ("flex", "flex"),
        ("ON_DEMAND_FLEX", "flex"), ("Priority", "priority"), ("fast", "priority"), ("batch", "batch"),
        ("auto", None), (" ", None), ("Scale", "scale"),
    ],
)  # fmt: skip
def test_a_service_tier_has_one_spelling_and_what_was_only_asked_for_is_none(written, canonical):
    assert vocabulary.service_tier(written) == canonical
