from spanwise_collector.normalise import normalise
from tests.collector.normalise.frames import decoded, only


def test_a_call_in_current_names_is_read_whole():
    row = only(
        normalise(
            decoded(
                {
                    "scope_name": "spanwise",
                    "gen_ai.operation.name": "chat",
                    "gen_ai.provider.name": "openai",
                    "gen_ai.request.model": "gpt-4o",
                    "gen_ai.response.model": "gpt-4o-2024-08-06",
                    "gen_ai.response.id": "chatcmpl-1",
                    "gen_ai.response.finish_reasons": ["tool_calls"],
                    "gen_ai.usage.input_tokens": 100,
                    "gen_ai.usage.output_tokens": 20,
                    "gen_ai.usage.cache_read.input_tokens": 60,
                    "gen_ai.usage.cache_write.input_tokens": 10,
                    "gen_ai.usage.reasoning.output_tokens": 5,
                    "gen_ai.request.stream": True,
                    "gen_ai.response.time_to_first_chunk": 0.5,
                    "gen_ai.agent.name": "researcher",
                    "gen_ai.conversation.id": "c-1",
                    "user.id": "u-1",
                    "http.request.resend_count": 1,
                    "spanwise.retry.reason": "429",
                    "spanwise.inferred": False,
                    "spanwise.usage.cache_write_1h.input_tokens": 7,
                    "openai.response.service_tier": "flex",
                    "gen_ai.usage.cost": 0.00000125,
                    "resource.service.name": "svc",
                    "resource.deployment.environment.name": "prod",
                    "resource.spanwise.tenant": "acme",
                }
            )
        ).frame
    )
    assert row == {
        "category": "llm", "operation": "chat", "service": "svc", "environment": "prod", "tenant": "acme",
        "agent": "researcher", "provider": "openai", "model": "gpt-4o", "response_model": "gpt-4o-2024-08-06",
        "response_id": "chatcmpl-1", "tool": None, "tool_call_id": None, "tool_arguments": None, "tool_result": None,
        "conversation_id": "c-1", "user": "u-1", "resends": 1,
        "finish_reason": "tool_call", "error_type": None, "stream": True, "duration_ns": 2_000_000_000,
        "ttft_ns": 500_000_000, "input_tokens": 100, "output_tokens": 20, "cache_read_tokens": 60,
        "cache_write_tokens": 10, "cache_write_1h_tokens": 7, "reasoning_tokens": 5, "token_basis": "inclusive",
        "service_tier": "flex", "reported_cost_pico_usd": 1_250_000, "inferred": False, "retry_reason": "429",
        "dialect": "otel_genai", "signal": None, "token_scope": None,
    }  # fmt: skip


def test_a_call_in_the_names_of_1_26_is_read_too():
    row = only(
        normalise(
            decoded(
                {
                    "name": "chat gpt-4",
                    "gen_ai.system": "OpenAI",
                    "gen_ai.request.model": "gpt-4",
                    "gen_ai.usage.prompt_tokens": 100,
                    "gen_ai.usage.completion_tokens": 20,
                    "gen_ai.usage.cache_read_input_tokens": 60,
                    "gen_ai.usage.cache_creation.input_tokens": 10,
                    "gen_ai.usage.reasoning_tokens": 5,
                    "gen_ai.response.finish_reason": "stop,stop",
                    "deployment.environment": "test",
                }
            )
        ).frame
    )
    assert row["category"] == "llm"
    assert row["operation"] == "chat"
    assert row["provider"] == "openai"
    assert row["environment"] == "test"
    assert row["finish_reason"] == "stop"
    tokens = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens")
    assert [row[name] for name in tokens] == [100, 20, 60, 10, 5]


def test_a_call_of_a_tool_is_read():
    row = only(
        normalise(
            decoded(
                {
                    "gen_ai.operation.name": "execute_tool",
                    "gen_ai.tool.name": "search",
                    "gen_ai.tool.call.id": "call-1",
                    "gen_ai.agent.name": "researcher",
                }
            )
        ).frame
    )
    assert (row["category"], row["tool"], row["tool_call_id"], row["agent"]) == (
        "tool", "search", "call-1", "researcher",
    )  # fmt: skip


def test_the_service_tier_is_read_in_its_older_name_too():
    span = {"gen_ai.operation.name": "chat", "gen_ai.openai.response.service_tier": "priority"}
    assert only(normalise(decoded(span)).frame)["service_tier"] == "priority"


def test_a_cost_that_is_none_is_null_and_counted():
    spans = [{"gen_ai.operation.name": "chat", "gen_ai.usage.cost": cost} for cost in (-0.5, 10_001.0, 0.5, 0.0)]
    normalised = normalise(decoded(*spans))
    assert normalised.frame["reported_cost_pico_usd"].to_list() == [None, None, 5 * 10**11, None]
    assert normalised.faults == {"gen_ai.usage.cost": 2}
