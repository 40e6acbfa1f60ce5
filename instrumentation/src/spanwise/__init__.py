"""Traces every LLM and tool span of an agent, with no code change."""
