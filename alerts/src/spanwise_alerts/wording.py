"""Sentences of a rule: Jinja2 in a sandbox, checked before it runs."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Final

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, meta
from jinja2.sandbox import SandboxedEnvironment

from spanwise_alerts.faults import expected

NAMES: Final = ("value", "threshold", "tier", "status", "rule", "measure", "stat", "window", "count", "labels")
"""What every sentence may name, beside the dimensions of the rule's `by`."""

# a sentence is plain text; HTML is escaped where it is made
_SANDBOX: Final = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)


def fault_in(text: str, dimensions: Iterable[str]) -> str:
    """Say what is wrong with a sentence, empty if nothing is: its syntax, or a name that no message has."""
    try:
        names = meta.find_undeclared_variables(_SANDBOX.parse(text))
    except TemplateSyntaxError as error:
        return f"got {text!r}, expected a Jinja2 template: {error.message}"
    known = (*dimensions, *NAMES)
    wrong = sorted(names - set(known))
    return "unknown name: " + expected(wrong[0], known) if wrong else ""


@functools.lru_cache(maxsize=1024)
def _compiled(text: str) -> Template:
    return _SANDBOX.from_string(text)


def say(text: str, names: Mapping[str, object]) -> str:
    """Fill in a sentence; a sentence that fails is told as it stands, with the reason, never dropped."""
    try:
        return " ".join(_compiled(text).render(names).split())
    except Exception as error:  # noqa: BLE001  the template is a user's program: it may raise anything
        return f"{text} ({type(error).__name__}: {error})"
