"""The names under which a model may stand in a price table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_PUBLISHED: Final = {
    "aws.bedrock": "aws",
    "azure.ai.inference": "azure",
    "azure.ai.openai": "azure",
    "gcp.gemini": "google",
    "gcp.gen_ai": "google",
    "gcp.vertex_ai": "google",
    "mistral_ai": "mistral",
    "moonshot_ai": "moonshotai",
    "x_ai": "x-ai",
}
"""A provider of the GenAI conventions -> as genai-prices names it, where that differs."""

_ROUTES: Final = {
    "anthropic/": "anthropic",
    "azure/": "azure",
    "azure_ai/": "azure",
    "bedrock/": "aws",
    "bedrock/converse/": "aws",
    "cohere/": "cohere",
    "deepseek/": "deepseek",
    "gemini/": "google",
    "google/": "google",
    "groq/": "groq",
    "mistral/": "mistral",
    "models/": None,
    "openai/": "openai",
    "publishers/anthropic/models/": "google",
    "publishers/google/models/": "google",
    "vertex_ai/": "google",
    "xai/": "x-ai",
}
"""What gateways and SDKs write before a model -> the provider it names, for calls whose provider is unknown."""

_FINE_TUNED: Final = "ft:"


@dataclass(frozen=True, slots=True)
class Name:
    """One name to look up.

    Attributes:
        provider: as genai-prices names it; null where only the model can tell.
        model: the model's name.
        exact: false where the price is that of a close relative (the base of a fine-tuned model).
    """

    provider: str | None
    model: str
    exact: bool = True


def names(provider: str | None, model: str) -> Iterator[Name]:
    """List the names to look up, the best first. Takes the provider as the GenAI conventions name it."""
    owner = _PUBLISHED.get(provider, provider) if provider else None
    yield Name(owner, model)
    route = max((route for route in _ROUTES if model.lower().startswith(route)), key=len, default="")
    if route:
        model = model[len(route) :]
        owner = owner or _ROUTES[route]
        yield Name(owner, model)
    if model.startswith("arn:"):
        model = model.rpartition("/")[2]
        yield Name(owner, model)
    if model.startswith(_FINE_TUNED):
        yield Name(owner, model[len(_FINE_TUNED) :].partition(":")[0], exact=False)
