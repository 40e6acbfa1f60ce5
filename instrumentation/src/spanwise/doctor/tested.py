"""The versions that the matrix of real SDKs was run with; written by `python -m tests.matrix --write`."""

from typing import Final

VERSIONS: Final[dict[str, tuple[str, ...]]] = {
    "aiohttp": ("3.14.5",),
    "anthropic": ("0.125.0", "2.11.0"),
    "boto3": ("1.35.99", "1.44.5"),
    "cohere": ("5.21.1", "7.3.1"),
    "crewai": ("0.203.2", "1.15.30"),
    "dashscope": ("1.27.8", "2.0.2"),
    "google-genai": ("1.75.0", "3.4.0"),
    "groq": ("0.37.1", "1.7.0"),
    "httpx": ("0.25.2", "0.28.1"),
    "httpx2": ("2.16.2",),
    "langchain-anthropic": ("0.3.22", "1.7.7"),
    "langchain-openai": ("0.3.35", "1.7.3"),
    "litellm": ("1.69.3", "1.106.2"),
    "llama-index-llms-openai-like": ("0.4.0", "0.8.1"),
    "mistralai": ("1.12.4", "3.7.0"),
    "ollama": ("0.4.9", "0.6.3"),
    "openai": ("1.109.1", "2.54.0", "3.52.0"),
    "openai-agents": ("0.4.2", "0.24.0"),
    "pydantic-ai": ("1.107.10", "2.62.0"),
    "requests": ("2.34.2",),
    "smolagents": ("1.21.3", "1.26.0"),
    "together": ("2.42.0", "3.1.1"),
    "zhipuai": ("2.1.5.20250825",),
}


def untested(distribution: str, version: str) -> bool:
    """Say whether no version of the same major was ever tested; False for what is not in the matrix at all."""
    versions = VERSIONS.get(distribution)
    return versions is not None and _major(version) not in map(_major, versions)


def _major(version: str) -> str:
    return version.partition(".")[0]
