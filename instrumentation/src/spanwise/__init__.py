"""Traces every LLM and tool span of an agent, with no code change."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spanwise.budget import RunStopped
    from spanwise.scope import agent, tool, tool_content, workflow
    from spanwise.start import instrument, uninstrument

__all__ = ["RunStopped", "agent", "instrument", "tool", "tool_content", "uninstrument", "workflow"]

_HOMES = {
    "RunStopped": "spanwise.budget",
    "agent": "spanwise.scope",
    "instrument": "spanwise.start",
    "tool": "spanwise.scope",
    "tool_content": "spanwise.scope",
    "uninstrument": "spanwise.start",
    "workflow": "spanwise.scope",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used: importing Spanwise alone costs next to nothing."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'spanwise' has no attribute {name!r}")
    return globals().setdefault(name, getattr(import_module(home), name))
