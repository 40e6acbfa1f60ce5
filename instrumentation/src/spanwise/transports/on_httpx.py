"""Sees what leaves through httpx (groq, cohere, ollama, together, litellm, crewai, older openai and anthropic)."""

from spanwise.transports.httpx_family import HttpxFamily

TRANSPORT = HttpxFamily("httpx")
