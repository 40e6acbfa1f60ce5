from spanwise_collector.normalise import normalise
from tests.collector.normalise.frames import decoded, only


def read(span, expected):
    row = only(normalise(decoded(span)).frame)
    return {name: row[name] for name in expected}


def test_a_call_is_read_out_of_json_in_texts():
    span = {
        "mlflow.spanType": '"CHAT_MODEL"',
        "model": '"gpt-4o"',
        "mlflow.llm.model": '"gpt-4o-2024-08-06"',
        "mlflow.llm.provider": '"openai"',
        "mlflow.chat.tokenUsage": '{"input_tokens": 11, "output_tokens": 7, "cache_read_input_tokens": 4}',
        "mlflow.llm.cost": '{"input_cost": 0.1, "output_cost": 0.15, "total_cost": 0.25}',
    }
    expected = {
        "dialect": "mlflow",
        "category": "llm",
        "operation": "chat",
        "provider": "openai",
        "model": "gpt-4o",
        "response_model": "gpt-4o-2024-08-06",
        "input_tokens": 11,
        "output_tokens": 7,
        "cache_read_tokens": 4,
        "reported_cost_pico_usd": 250_000_000_000,
    }
    assert read(span, expected) == expected


def test_a_chain_that_repeats_has_no_tokens():
    span = {"mlflow.spanType": '"CHAIN"', "mlflow.chat.tokenUsage": '{"input_tokens": 11}'}
    expected = {"category": None, "operation": "chain", "input_tokens": None}
    assert read(span, expected) == expected
