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

    @property
    def requirements(self) -> tuple[str, ...]:
        return (f"{self.name}{self.version}", *self.beside)

    @property
    def key(self) -> str:
        """Name the folder of its environment."""
        return f"{self.name}{self.version}".translate(str.maketrans("<>=.,[]", "_______"))


_CHAT = "OpenAI chat"
_RAW = (("async", "a synchronous client"),)

SDKS: tuple[Sdk, ...] = (
    Sdk("openai", "with_openai.py", _CHAT, "/v1"),
    Sdk("openai", "with_openai.py", _CHAT, "/v1", "<3"),
    Sdk("openai", "with_openai.py", _CHAT, "/v1", "<2"),
    Sdk("openai", "with_openai_responses.py", "OpenAI responses", "/v1"),
    Sdk("anthropic", "with_anthropic.py", "Anthropic messages"),
    Sdk("anthropic", "with_anthropic.py", "Anthropic messages", "", "<1"),
    Sdk("google-genai", "with_google_genai.py", "Gemini"),
    Sdk("google-genai", "with_google_genai.py", "Gemini", "", "<2"),
    Sdk("mistralai", "with_mistralai.py", _CHAT),
    Sdk("mistralai", "with_mistralai.py", _CHAT, "", "<2"),
    Sdk("groq", "with_groq.py", _CHAT),
    Sdk("groq", "with_groq.py", _CHAT, "", "<1"),
    Sdk("ollama", "with_ollama.py", "Ollama"),
    Sdk("ollama", "with_ollama.py", "Ollama", "", "<0.5"),
    Sdk("cohere", "with_cohere.py", "Cohere chat"),
    Sdk("cohere", "with_cohere.py", "Cohere chat", "", "<6"),
    Sdk("together", "with_together.py", _CHAT, "/v1"),
    Sdk("together", "with_together.py", _CHAT, "/v1", "<3"),
    Sdk("boto3", "with_boto3.py", "Bedrock Converse", skip=_RAW),
    Sdk("dashscope", "with_dashscope.py", "DashScope generation", "/api/v1", skip=(("retry", "never retries"),)),
    Sdk("zhipuai", "with_zhipuai.py", _CHAT, "/api/paas/v4", beside=("sniffio",), skip=_RAW),
    Sdk("litellm", "with_litellm.py", _CHAT, "/v1", beside=("mcp",)),
    Sdk("langchain-openai", "with_langchain_openai.py", _CHAT, "/v1"),
    Sdk("langchain-openai", "with_langchain_openai.py", _CHAT, "/v1", "<1"),
    Sdk("langchain-anthropic", "with_langchain_anthropic.py", "Anthropic messages"),
    Sdk("openai-agents", "with_openai_agents.py", "OpenAI responses", "/v1"),
    Sdk("pydantic-ai", "with_pydantic_ai.py", _CHAT, "/v1"),
    Sdk("pydantic-ai", "with_pydantic_ai.py", _CHAT, "/v1", "<2"),
    Sdk("llama-index-llms-openai-like", "with_llama_index.py", _CHAT, "/v1"),
    Sdk(
        "crewai", "with_crewai.py", _CHAT, "/v1", beside=("litellm",), skip=(("break", "gives no way out of a stream"),)
    ),
    Sdk("smolagents", "with_smolagents.py", _CHAT, "/v1", beside=("openai",), skip=_RAW),
    Sdk("httpx2", "with_httpx2.py", _CHAT, "/v1"),
    Sdk("httpx", "with_httpx.py", _CHAT, "/v1"),
    Sdk("aiohttp", "with_aiohttp.py", _CHAT, "/v1", skip=(("async", "all other columns are asynchronous"),)),
    Sdk("aiohttp", "with_aiohttp.py", _CHAT, "/v1", "<3.12", skip=(("async", "all other columns are asynchronous"),)),
    Sdk("requests", "with_requests.py", _CHAT, "/v1", skip=_RAW),
)
