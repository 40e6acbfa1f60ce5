import pytest
from genai_prices.data import providers as priced

from spanwise import providers
from spanwise.providers import provider_of

# Providers of the GenAI conventions that genai-prices names otherwise (spanwise_collector.price.names), and those that
# it does not price at all.
ELSEWHERE = {
    "aws.bedrock",
    "azure.ai.inference",
    "azure.ai.openai",
    "gcp.gemini",
    "gcp.vertex_ai",
    "ibm.watsonx.ai",
    "mistral_ai",
    "moonshot_ai",
    "x_ai",
}
UNPRICED = {
    "01ai",
    "ai21",
    "baichuan",
    "baidu",
    "chutes",
    "dashscope",
    "deepinfra",
    "friendli",
    "github",
    "huggingface",
    "hyperbolic",
    "iflytek",
    "jina",
    "modelscope",
    "nebius",
    "nvidia",
    "ollama",
    "poe",
    "sambanova",
    "scaleway",
    "siliconflow",
    "stepfun",
    "tencent",
    "upstage",
    "vercel",
    "volcengine",
    "writer",
}


@pytest.fixture
def told():
    yield providers.configure
    providers.configure({})


@pytest.mark.parametrize(
    ("host", "provider"),
    [
        ("api.openai.com", "openai"),
        ("eu.api.openai.com", "openai"),
        ("API.OpenAI.com", "openai"),
        ("team.openai.azure.com", "azure.ai.openai"),
        ("team.openai.azure.us", "azure.ai.openai"),
        ("team.cognitiveservices.azure.com", "azure.ai.openai"),
        ("team.services.ai.azure.com", "azure.ai.openai"),
        ("api.deepseek.com", "deepseek"),
        ("dashscope.aliyuncs.com", "dashscope"),
        ("dashscope-intl.aliyuncs.com", "dashscope"),
        ("ws.ap-southeast-1.maas.aliyuncs.com", "dashscope"),
        ("api.moonshot.ai", "moonshot_ai"),
        ("api.moonshot.cn", "moonshot_ai"),
        ("open.bigmodel.cn", "zhipuai"),
        ("ark.cn-beijing.volces.com", "volcengine"),
        ("ark.ap-southeast.bytepluses.com", "volcengine"),
        ("qianfan.baidubce.com", "baidu"),
        ("api.groq.com", "groq"),
        ("codestral.mistral.ai", "mistral_ai"),
        ("api.together.xyz", "together"),
        ("openrouter.ai", "openrouter"),
        ("us-east-1.api.x.ai", "x_ai"),
        ("api.perplexity.ai", "perplexity"),
        ("api.fireworks.ai", "fireworks"),
        ("api.cerebras.ai", "cerebras"),
        ("integrate.api.nvidia.com", "nvidia"),
        ("models.github.ai", "github"),
        ("generativelanguage.googleapis.com", "gcp.gemini"),
        ("europe-west4-aiplatform.googleapis.com", "gcp.vertex_ai"),
        ("aiplatform.us.rep.googleapis.com", "gcp.vertex_ai"),
        ("bedrock-runtime.us-east-1.amazonaws.com", "aws.bedrock"),
        ("vpce-1.bedrock-runtime.us-east-1.vpce.amazonaws.com", "aws.bedrock"),
        ("bedrock-mantle.us-east-1.api.aws", "aws.bedrock"),
        ("dbc-1.cloud.databricks.com", "databricks"),
    ],
)
def test_provider_is_named_by_its_host(host, provider):
    assert provider_of(host, port=443, path="/v1/chat/completions") == provider


@pytest.mark.parametrize(
    "host", ["localhost", "llm.internal", "notapi.x.ai", "vllm-1.elb.amazonaws.com", "api.openai.com.evil.example", ""]
)
def test_unknown_host_is_named_after_the_protocol_it_speaks(host):
    assert provider_of(host, port=8000, path="/v1/chat/completions") == "openai"
    assert provider_of(host, "anthropic", port=8000, path="/v1/messages") == "anthropic"


@pytest.mark.parametrize(
    ("host", "port", "provider"),
    [
        ("localhost", 11434, "ollama"),
        ("gpu-box.internal", 11434, "ollama"),
        ("127.0.0.1", 1234, "lm_studio"),
        ("gpu-box.internal", 1234, "openai"),
        ("localhost", 8000, "openai"),
        ("localhost", None, "openai"),
    ],
)
def test_local_server_is_named_only_where_its_port_is_a_sign(host, port, provider):
    assert provider_of(host, port=port, path="/v1/chat/completions") == provider


@pytest.mark.parametrize(
    ("host", "path", "provider"),
    [
        ("router.huggingface.co", "/v1/chat/completions", "huggingface"),
        ("router.huggingface.co", "/groq/openai/v1/chat/completions", "huggingface_groq"),
        ("router.huggingface.co", "/fireworks-ai/inference/v1/chat/completions", "huggingface_fireworks-ai"),
        ("gateway.ai.cloudflare.com", "/v1/acct/gate/openai/chat/completions", "openai"),
        ("gateway.ai.cloudflare.com", "/v1/acct/gate/grok/v1/chat/completions", "x_ai"),
        ("gateway.ai.cloudflare.com", "/v1/acct/gate/compat/chat/completions", "cloudflare"),
        ("gateway.ai.cloudflare.com", "/v1/acct", "cloudflare"),
        ("api.cloudflare.com", "/client/v4/accounts/acct/ai/v1/chat/completions", "cloudflare"),
        ("team.services.ai.azure.com", "/models/chat/completions", "azure.ai.inference"),
        ("team.services.ai.azure.com", "/openai/v1/responses", "azure.ai.openai"),
        ("apim.internal", "/openai/deployments/gpt-4o/chat/completions", "azure.ai.openai"),
        ("router.huggingface.co", "", "huggingface"),
    ],
)
def test_gateway_is_looked_through_where_its_path_names_the_provider(host, path, provider):
    assert provider_of(host, port=443, path=path) == provider


def test_users_own_names_win_over_table_port_and_path(told):
    told({"LLM.internal": "vllm", "localhost:8000": "vllm", "api.openai.com": "proxy", "router.huggingface.co": "hf"})
    assert provider_of("llm.internal") == "vllm"
    assert provider_of("eu.llm.internal", port=8443) == "vllm"
    assert provider_of("localhost", port=8000) == "vllm"
    assert provider_of("localhost", port=8001) == "openai"
    assert provider_of("api.openai.com") == "proxy"
    assert provider_of("router.huggingface.co", path="/groq/v1/chat/completions") == "hf"


def test_new_configuration_forgets_the_old_one(told):
    told({"localhost": "vllm"})
    assert provider_of("localhost", port=8000) == "vllm"
    told({})
    assert provider_of("localhost", port=8000) == "openai"


def test_every_name_finds_its_prices_or_is_known_to_have_none():
    names = {provider.id for provider in priced}
    named = {*providers._DOMAINS.values(), *providers._CLOUDFLARE.values()}
    assert named - names - ELSEWHERE == UNPRICED
    assert {f"huggingface_{name}" for name in providers._HUGGINGFACE} <= names
