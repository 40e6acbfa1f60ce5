"""Names the provider behind an address."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

SPOKEN: Final = "openai"
"""The protocol that hosts speak which no table knows."""

_DOMAINS: Final = {
    "ai-gateway.vercel.sh": "vercel",
    "api-inference.modelscope.cn": "modelscope",
    "api.ai21.com": "ai21",
    "api.anthropic.com": "anthropic",
    "api.arcee.ai": "arcee",
    "api.avian.io": "avian",
    "api.baichuan-ai.com": "baichuan",
    "api.cerebras.ai": "cerebras",
    "api.cloudflare.com": "cloudflare",
    "api.cohere.ai": "cohere",
    "api.cohere.com": "cohere",
    "api.deepinfra.com": "deepinfra",
    "api.deepseek.com": "deepseek",
    "api.fireworks.ai": "fireworks",
    "api.friendli.ai": "friendli",
    "api.githubcopilot.com": "github-copilot",
    "api.groq.com": "groq",
    "api.hunyuan.cloud.tencent.com": "tencent",
    "api.hyperbolic.xyz": "hyperbolic",
    "api.jina.ai": "jina",
    "api.kimi.com": "moonshot_ai",
    "api.llama.com": "meta",
    "api.lingyiwanwu.com": "01ai",
    "api.meta.ai": "meta",
    "api.minimax.chat": "minimax",
    "api.minimax.io": "minimax",
    "api.minimaxi.com": "minimax",
    "api.moonshot.ai": "moonshot_ai",
    "api.moonshot.cn": "moonshot_ai",
    "api.novita.ai": "novita",
    "api.openai.com": "openai",
    "api.perplexity.ai": "perplexity",
    "api.poe.com": "poe",
    "api.sambanova.ai": "sambanova",
    "api.scaleway.ai": "scaleway",
    "api.siliconflow.cn": "siliconflow",
    "api.siliconflow.com": "siliconflow",
    "api.stepfun.ai": "stepfun",
    "api.stepfun.com": "stepfun",
    "api.studio.nebius.ai": "nebius",
    "api.studio.nebius.com": "nebius",
    "api.together.ai": "together",
    "api.together.xyz": "together",
    "api.tokenfactory.nebius.com": "nebius",
    "api.upstage.ai": "upstage",
    "api.voyageai.com": "voyageai",
    "api.writer.com": "writer",
    "api.x.ai": "x_ai",
    "api.z.ai": "zai",
    "azuredatabricks.net": "databricks",
    "baidubce.com": "baidu",
    "bytepluses.com": "volcengine",
    "cloud.databricks.com": "databricks",
    "cognitiveservices.azure.com": "azure.ai.openai",
    "cognitiveservices.azure.us": "azure.ai.openai",
    "dashscope-intl.aliyuncs.com": "dashscope",
    "dashscope-us.aliyuncs.com": "dashscope",
    "dashscope.aliyuncs.com": "dashscope",
    "endpoints.kepler.ai.cloud.ovh.net": "ovhcloud",
    "gateway.ai.cloudflare.com": "cloudflare",
    "gcp.databricks.com": "databricks",
    "generativelanguage.googleapis.com": "gcp.gemini",
    "googleapis.com": "gcp.vertex_ai",
    "inference.baseten.co": "baseten",
    "integrate.api.nvidia.com": "nvidia",
    "llm.chutes.ai": "chutes",
    "maas.aliyuncs.com": "dashscope",
    "mistral.ai": "mistral_ai",
    "ml.cloud.ibm.com": "ibm.watsonx.ai",
    "models.ai.azure.com": "azure.ai.inference",
    "models.github.ai": "github",
    "models.inference.ai.azure.com": "github",
    "ollama.com": "ollama",
    "open.bigmodel.cn": "zhipuai",
    "openai.azure.com": "azure.ai.openai",
    "openai.azure.us": "azure.ai.openai",
    "openrouter.ai": "openrouter",
    "router.huggingface.co": "huggingface",
    "services.ai.azure.com": "azure.ai.openai",
    "volces.com": "volcengine",
    "xf-yun.com": "iflytek",
}
"""A domain -> the registered gen_ai.provider.name, else the id in genai-prices, else the provider's short name.

A domain stands for all below it; the longest that fits wins.
"""

_PORTS: Final = {11434: "ollama"}
_LOOPBACK_PORTS: Final = {1234: "lm_studio"}
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1", "host.docker.internal"})

_HUGGINGFACE: Final = frozenset(
    {
        "cerebras",
        "fireworks-ai",
        "groq",
        "hyperbolic",
        "nebius",
        "novita",
        "nscale",
        "ovhcloud",
        "publicai",
        "sambanova",
        "together",
    }
)
"""Providers that the router of Hugging Face names in the path, and that have prices of their own behind it."""

_CLOUDFLARE: Final = {
    "anthropic": "anthropic",
    "aws-bedrock": "aws.bedrock",
    "azure-openai": "azure.ai.openai",
    "cerebras": "cerebras",
    "cohere": "cohere",
    "deepseek": "deepseek",
    "google-ai-studio": "gcp.gemini",
    "google-vertex-ai": "gcp.vertex_ai",
    "grok": "x_ai",
    "groq": "groq",
    "huggingface": "huggingface",
    "mistral": "mistral_ai",
    "openai": "openai",
    "openrouter": "openrouter",
    "perplexity-ai": "perplexity",
}
"""What follows /v1/{account}/{gateway}/ in a path of Cloudflare's AI gateway -> the provider behind it."""

_told: dict[str, str] = {}
_learned: list[Callable[[], None]] = []


def configure(providers: Mapping[str, str]) -> None:
    """Name providers of the user's own: `host` or `host:port` -> provider; a host stands for all below it."""
    _told.clear()
    _told.update({address.lower(): provider for address, provider in providers.items()})
    _by_address.cache_clear()
    for forget in _learned:
        forget()


def when_named_anew(forget: Callable[[], None]) -> None:
    """Call `forget` whenever the user's names change: what was worked out with the old ones holds no more."""
    _learned.append(forget)


def provider_of(host: str, speaks: str | None = None, *, port: int | None = None, path: str = "") -> str:
    """Name the provider at an address; `speaks`, else `openai`, where nothing tells more than the protocol."""
    provider, final = _by_address(host, port)
    if final:
        return provider
    return _by_path(provider, path) or provider or speaks or SPOKEN


def known(host: str, port: int | None) -> bool:
    """Say whether an address is a provider's, as the tables and the user name them."""
    return bool(_by_address(host, port)[0])


@lru_cache(maxsize=256)
def _by_address(host: str, port: int | None) -> tuple[str, bool]:
    """Give the provider, empty where unknown, and whether no path may say otherwise."""
    host = host.lower()
    told = _told.get(f"{host}:{port}") or _longest(host, _told)
    if told:
        return told, True
    known = _longest(host, _DOMAINS)
    if known:
        return known, False
    if "bedrock" in host and host.endswith((".amazonaws.com", ".api.aws")):
        return "aws.bedrock", False
    if host in _LOOPBACK and port in _LOOPBACK_PORTS:
        return _LOOPBACK_PORTS[port], False
    return _PORTS.get(port or 0, ""), False


def _longest(host: str, domains: Mapping[str, str]) -> str:
    while host:
        if host in domains:
            return domains[host]
        host = host.partition(".")[2]
    return ""


def _by_path(provider: str, path: str) -> str | None:
    """Name who answers behind a gateway, by the part of the path that names it."""
    if provider == "azure.ai.openai":
        return "azure.ai.inference" if path.startswith("/models/") else None
    if provider == "huggingface":
        behind = path.split("/", 2)[1:2]
        return f"huggingface_{behind[0]}" if behind and behind[0] in _HUGGINGFACE else None
    if provider == "cloudflare" and path.startswith("/v1/"):
        return _CLOUDFLARE.get("".join(path.split("/", 5)[4:5]))
    return "azure.ai.openai" if not provider and "/openai/deployments/" in path else None
