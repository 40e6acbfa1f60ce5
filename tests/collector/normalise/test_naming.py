import pytest

from spanwise_collector.normalise import normalise
from tests.collector.normalise.frames import decoded


@pytest.mark.parametrize(
    ("span", "operation", "category"),
    [
        ({"name": "agent run", "scope_name": "pydantic-ai"}, "invoke_agent", "agent"),
        ({"name": "agent running late", "scope_name": "pydantic-ai"}, None, None),
        ({"name": "agent_run [planner]", "scope_name": "gcp.vertex.agent"}, "invoke_agent", "agent"),
        ({"name": "litellm_request", "scope_name": "litellm"}, "chat", "llm"),
        ({"name": "raw_gen_ai_request", "scope_name": "litellm"}, "raw_gen_ai_request", None),
        ({"name": "litellm_request", "scope_name": "acme"}, None, None),
        ({"name": "embeddings ada", "gen_ai.system": "openai"}, "embeddings", "llm"),
        ({"name": None, "gen_ai.system": "openai"}, None, None),
        ({"name": "litellm_request", "scope_name": "litellm", "gen_ai.operation.name": "embeddings"}, "embeddings",
         "llm"),
    ],
)  # fmt: skip
def test_a_name_tells_the_operation_only_in_its_dialect_and_only_where_no_attribute_does(span, operation, category):
    row = normalise(decoded(span)).frame.row(0, named=True)
    assert (row["operation"], row["category"]) == (operation, category)
