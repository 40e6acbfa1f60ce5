from spanwise_schema.operations import CATEGORY


def test_only_leaf_calls_are_billable():
    billable = {operation for operation, category in CATEGORY.items() if category == "llm"}
    assert billable == {"chat", "generate_content", "text_completion", "embeddings", "rerank"}
