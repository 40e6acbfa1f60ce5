"""The SDKs of the matrix: what to install, which script drives them, and what carries their calls."""

from dataclasses import dataclass

SCENARIOS = ("plain", "stream", "async", "tool", "retry", "error", "break")


@dataclass(frozen=True, slots=True)
class Sdk:
    """One row: a distribution in one version range."""

    name: str
    """Distribution name, and what `--only` selects."""
    script: str
    api: str
    path: str = ""
    """What follows the server's address in the base address that the script is given."""
    version: str = ""
    """A version range; empty for the newest release."""
    beside: tuple[str, ...] = ()
    """Further requirements."""
    skip: tuple[tuple[str, str], ...] = ()
    """Scenarios that the SDK has no way to play, each with the reason."""
    model: str = ""
    """Which model a script of several shall call."""
    environ: tuple[tuple[str, str], ...] = ()
    """Variables of the environment that the SDK reads."""
    alone: str = ""
    """Why there is no row of an older major."""

    @property
    def requirements(self) -> tuple[str, ...]:
        return (f"{self.name}{self.version}", *self.beside)

    @property
    def key(self) -> str:
        """Name the folder of its environment."""
        return "_".join(self.requirements).translate(str.maketrans("<>=.,[]", "_______"))

    @property
    def row(self) -> str:
        """Name the row among all others."""
        parts = (self.key, self.script.removesuffix(".py"), self.model, *(name for name, _ in self.environ))
        return "-".join(filter(None, parts))


_CHAT = "OpenAI chat"
_RAW = (("async", "a synchronous client"),)
_EMBEDS = tuple((name, "an embedding is told at once") for name in ("stream", "tool", "break"))
_ASYNC = (("async", "all other columns are asynchronous"),)
_LLAMA = ((*_RAW, ("tool", "the model has no tools")), "meta.llama3-70b-instruct-v1:0")
_SILENT = (("ANTHROPIC_OPEN_TELEMETRY", "false"),)
_NOVA, _CLAUDE = "amazon.nova-lite-v1:0", "anthropic.claude-3-5-sonnet-20240620-v1:0"
_ONE_MAJOR = "one major so far; an older minor is beside it"

SDKS: tuple[Sdk, ...] = (
    Sdk("openai", "with_openai.py", _CHAT, "/v1"),
    Sdk("openai", "with_openai.py", _CHAT, "/v1", "<3"),
    Sdk("openai", "with_openai.py", _CHAT, "/v1", "<2"),
    Sdk("openai", "with_openai_responses.py", "OpenAI responses", "/v1"),
    Sdk("openai", "with_openai_responses.py", "OpenAI responses", "/v1", "<3"),
    Sdk("openai", "with_openai_responses.py", "OpenAI responses", "/v1", "<2"),
    Sdk("openai", "with_openai_embeddings.py", "OpenAI embeddings", "/v1", skip=_EMBEDS),
    Sdk("openai", "with_azure_openai.py", "Azure OpenAI chat"),
    Sdk("openai", "with_azure_openai.py", "Azure OpenAI chat", "", "<2"),
    Sdk("anthropic", "with_anthropic.py", "Anthropic messages"),
    Sdk("anthropic", "with_anthropic.py", "Anthropic messages, its own spans off", environ=_SILENT),
    Sdk("anthropic", "with_anthropic.py", "Anthropic messages", "", "<1"),
    Sdk("anthropic", "with_anthropic_bedrock.py", "Bedrock InvokeModel", beside=("boto3", "botocore")),
    Sdk("anthropic", "with_anthropic_vertex.py", "Anthropic on Vertex AI", "/v1", beside=("google-auth[requests]",)),
    Sdk("google-genai", "with_google_genai.py", "Gemini"),
    Sdk("google-genai", "with_google_genai.py", "Gemini", "", "<2"),
    Sdk("google-genai", "with_google_genai_vertex.py", "Gemini on Vertex AI"),
    Sdk("google-genai", "with_google_genai_embeddings.py", "Gemini embeddings", skip=_EMBEDS),
    Sdk("mistralai", "with_mistralai.py", _CHAT),
    Sdk("mistralai", "with_mistralai.py", _CHAT, "", "<2"),
    Sdk("groq", "with_groq.py", _CHAT),
    Sdk("groq", "with_groq.py", _CHAT, "", "<1"),
    Sdk("ollama", "with_ollama.py", "Ollama"),
    Sdk("ollama", "with_ollama.py", "Ollama", "", "<0.5"),
    Sdk("ollama", "with_ollama_embeddings.py", "Ollama embeddings", skip=_EMBEDS),
    Sdk("cohere", "with_cohere.py", "Cohere chat"),
    Sdk("cohere", "with_cohere.py", "Cohere chat", "", "<6"),
    Sdk("cohere", "with_cohere_embeddings.py", "Cohere embeddings", skip=_EMBEDS),
    Sdk("together", "with_together.py", _CHAT, "/v1"),
    Sdk("together", "with_together.py", _CHAT, "/v1", "<3"),
    Sdk("boto3", "with_boto3.py", "Bedrock Converse", skip=_RAW, alone=_ONE_MAJOR),
    Sdk("boto3", "with_boto3.py", "Bedrock Converse", "", "<1.36", skip=_RAW),
    Sdk("boto3", "with_boto3.py", "Bedrock Converse, urllib3 1", "", "<1.36", beside=("urllib3<2",), skip=_RAW),
    Sdk("boto3", "with_boto3_invoke.py", "Bedrock InvokeModel, Claude", skip=_RAW, model=_CLAUDE),
    Sdk("boto3", "with_boto3_invoke.py", "Bedrock InvokeModel, Nova", skip=_RAW, model=_NOVA),
    Sdk("boto3", "with_boto3_invoke.py", "Bedrock InvokeModel, Llama", skip=_LLAMA[0], model=_LLAMA[1]),
    Sdk("dashscope", "with_dashscope.py", "DashScope generation", "/api/v1", skip=(("retry", "never retries"),)),
    Sdk("dashscope", "with_dashscope.py", "DashScope generation", "/api/v1", "<2", skip=(("retry", "never retries"),)),
    Sdk(
        "zhipuai",
        "with_zhipuai.py",
        _CHAT,
        "/api/paas/v4",
        beside=("sniffio",),
        skip=_RAW,
        alone="major 1 speaks another API, version 3 of the provider's",
    ),
    Sdk(
        "litellm",
        "with_litellm.py",
        _CHAT,
        "/v1",
        beside=("mcp",),
        alone="major 0 needs openai 0; an older minor is beside it",
    ),
    Sdk("litellm", "with_litellm.py", _CHAT, "/v1", "<1.70"),
    Sdk("langchain-openai", "with_langchain_openai.py", _CHAT, "/v1"),
    Sdk("langchain-openai", "with_langchain_openai.py", _CHAT, "/v1", "<1"),
    Sdk("langchain-anthropic", "with_langchain_anthropic.py", "Anthropic messages"),
    Sdk("langchain-anthropic", "with_langchain_anthropic.py", "Anthropic messages", "", "<1"),
    Sdk("openai-agents", "with_openai_agents.py", "OpenAI responses", "/v1", alone=_ONE_MAJOR),
    Sdk("openai-agents", "with_openai_agents.py", "OpenAI responses", "/v1", "<0.5", beside=("openai<2.10",)),
    Sdk("pydantic-ai", "with_pydantic_ai.py", _CHAT, "/v1"),
    Sdk("pydantic-ai", "with_pydantic_ai.py", _CHAT, "/v1", "<2"),
    Sdk("llama-index-llms-openai-like", "with_llama_index.py", _CHAT, "/v1", alone=_ONE_MAJOR),
    Sdk("llama-index-llms-openai-like", "with_llama_index.py", _CHAT, "/v1", "<0.5"),
    Sdk(
        "crewai", "with_crewai.py", _CHAT, "/v1", beside=("litellm",), skip=(("break", "gives no way out of a stream"),)
    ),
    Sdk(
        "crewai",
        "with_crewai.py",
        _CHAT,
        "/v1",
        "<1",
        skip=(("break", "gives no way out of a stream"), ("async", "its model class is synchronous")),
    ),
    Sdk(
        "smolagents",
        "with_smolagents.py",
        _CHAT,
        "/v1",
        beside=("openai",),
        skip=_RAW,
        alone="major 0 has no class for OpenAI; an older minor is beside it",
    ),
    Sdk("smolagents", "with_smolagents.py", _CHAT, "/v1", "<1.22", beside=("openai<2",), skip=_RAW),
    Sdk("httpx2", "with_httpx2.py", _CHAT, "/v1", alone="major 2 is its first"),
    Sdk("httpx2", "with_httpx2_http2.py", f"{_CHAT}, HTTP/2", "/v1", beside=("h2",)),
    Sdk("httpx", "with_httpx.py", _CHAT, "/v1"),
    Sdk("httpx", "with_httpx.py", _CHAT, "/v1", "<0.26"),
    Sdk("httpx", "with_httpx_http2.py", f"{_CHAT}, HTTP/2", "/v1", beside=("h2",)),
    Sdk("aiohttp", "with_aiohttp.py", _CHAT, "/v1", skip=_ASYNC),
    Sdk("aiohttp", "with_aiohttp.py", _CHAT, "/v1", "<3.12", skip=_ASYNC),
    Sdk("requests", "with_requests.py", _CHAT, "/v1", skip=_RAW),
    Sdk("requests", "with_requests.py", f"{_CHAT}, urllib3 1", "/v1", beside=("urllib3<2",), skip=_RAW),
)
