"""Sees what leaves through httpx2 (openai, anthropic, google-genai, mistralai, openai-agents, mcp, pydantic-ai)."""

from spanwise.transports.httpx_family import HttpxFamily

TRANSPORT = HttpxFamily("httpx2")
