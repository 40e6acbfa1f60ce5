import pytest

from spanwise.providers import provider_of


@pytest.mark.parametrize(
    ("host", "provider"),
    [
        ("api.openai.com", "openai"),
        ("eu.api.openai.com", "openai"),
        ("team.openai.azure.com", "azure.ai.openai"),
        ("api.deepseek.com", "deepseek"),
        ("dashscope.aliyuncs.com", "dashscope"),
        ("api.groq.com", "groq"),
        ("generativelanguage.googleapis.com", "gcp.gemini"),
        ("localhost", "openai"),
        ("llm.internal", "openai"),
    ],
)
def test_provider_is_named_by_its_host_and_openai_where_unknown(host, provider):
    assert provider_of(host) == provider
