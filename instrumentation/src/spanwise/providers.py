"""Names the provider behind a host that speaks an OpenAI-compatible API."""

from functools import lru_cache

# Registered values of gen_ai.provider.name where there is one, else the provider's own short name.
_BY_SUFFIX: tuple[tuple[str, str], ...] = (
    ("api.openai.com", "openai"),
    (".openai.azure.com", "azure.ai.openai"),
    (".cognitiveservices.azure.com", "azure.ai.openai"),
    (".services.ai.azure.com", "azure.ai.inference"),
    (".models.ai.azure.com", "azure.ai.inference"),
    ("models.inference.ai.azure.com", "azure.ai.inference"),
    ("generativelanguage.googleapis.com", "gcp.gemini"),
    ("aiplatform.googleapis.com", "gcp.vertex_ai"),
    (".amazonaws.com", "aws.bedrock"),
    ("api.anthropic.com", "anthropic"),
    ("api.deepseek.com", "deepseek"),
    ("api.groq.com", "groq"),
    ("api.mistral.ai", "mistral_ai"),
    ("api.moonshot.ai", "moonshot_ai"),
    ("api.moonshot.cn", "moonshot_ai"),
    ("api.perplexity.ai", "perplexity"),
    ("api.x.ai", "x_ai"),
    ("api.cohere.ai", "cohere"),
    ("api.cohere.com", "cohere"),
    ("openrouter.ai", "openrouter"),
    ("api.together.xyz", "together"),
    ("api.together.ai", "together"),
    ("api.fireworks.ai", "fireworks"),
    ("api.cerebras.ai", "cerebras"),
    ("open.bigmodel.cn", "zhipuai"),
    ("api.z.ai", "zai"),
    ("dashscope.aliyuncs.com", "dashscope"),
    ("dashscope-intl.aliyuncs.com", "dashscope"),
    ("api.minimax.io", "minimax"),
    ("api.minimax.chat", "minimax"),
    ("api.novita.ai", "novita"),
)


@lru_cache(maxsize=256)
def provider_of(host: str) -> str:
    """Name the provider of a host; `openai`, whose protocol it speaks, where the host is not known."""
    for suffix, provider in _BY_SUFFIX:
        if host.endswith(suffix):
            return provider
    return "openai"
