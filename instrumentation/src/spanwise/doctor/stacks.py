"""Finds other packages that trace the same SDKs: each of them would tell a call once more."""

from collections.abc import Iterable
from importlib.metadata import EntryPoint, PackageNotFoundError, distribution, entry_points

_GROUP = "opentelemetry_instrumentor"
_FAMILIES = ("opentelemetry-instrumentation-", "openinference-instrumentation-", "openlit")
# What traces model calls, among the many instrumentors of databases and web frameworks.
_SUBJECTS = frozenset(
    """
    agno aleph-alpha anthropic autogen beeai bedrock boto3 cohere crewai dspy google-generativeai google-genai groq
    guardrails haystack instructor langchain litellm llama-index llamaindex mcp mistralai ollama openai openai-agents
    openlit portkey pydantic-ai replicate sagemaker smolagents together transformers vertexai voyageai watsonx writer
    """.split()  # noqa: SIM905  forty names read best as words
)

# The file by which an SDK that traces its own calls is known, and the variable of its own that ends that.
_NATIVE = {"anthropic": ("anthropic/_tracing.py", "ANTHROPIC_OPEN_TELEMETRY=false")}


def others(installed: Iterable[EntryPoint] | None = None) -> dict[str, tuple[str, ...]]:
    """Give the distributions that trace model calls, by what they trace; ours are left out."""
    found: dict[str, set[str]] = {}
    for entry in entry_points(group=_GROUP) if installed is None else installed:
        distribution = entry.dist.name.lower().replace("_", "-") if entry.dist else entry.module
        subject = _subject(entry.name, distribution)
        if subject is not None:
            found.setdefault(subject, set()).add(distribution)
    return {subject: tuple(sorted(found[subject])) for subject in sorted(found)}


def natives(among: Iterable[str] = _NATIVE) -> dict[str, str]:
    """Give the SDKs that trace their own calls, each with the variable that ends it."""
    return {name: _NATIVE[name][1] for name in among if name in _NATIVE and _has(name, _NATIVE[name][0])}


def of_natives(native: dict[str, str], found: dict[str, tuple[str, ...]]) -> list[str]:
    """Say which SDKs trace themselves, and who else tells the same calls."""
    alone = [
        f"{name}: it traces itself and Spanwise stands back from its calls; with {switch} Spanwise tells them, "
        "each attempt with its reason, rate limits and finish reason"
        for name, switch in native.items()
    ]
    return [*_doubled(native, found), *alone]


def _doubled(native: Iterable[str], found: dict[str, tuple[str, ...]]) -> list[str]:
    return [
        f"{name}: it traces itself and so does {' and '.join(found[name])}; together each tells every call once more"
        for name in native
        if name in found
    ]


def stacked(found: dict[str, tuple[str, ...]]) -> list[str]:
    """Say only what stands on top of one another: what tells every call more than once."""
    several = {subject: names for subject, names in found.items() if len(names) > 1}
    return [*warnings(several), *_doubled(natives(found), found)]


def _has(name: str, file: str) -> bool:
    try:
        return any(str(path) == file for path in distribution(name).files or ())
    except PackageNotFoundError:
        return False


def warnings(found: dict[str, tuple[str, ...]]) -> list[str]:
    """Say what stands on top of one another, and what to do."""
    told: list[str] = []
    for subject, distributions in found.items():
        names = " and ".join(distributions)
        if len(distributions) > 1:
            told.append(f"{subject}: {names} are installed together; loaded, each tells every call once more: keep one")
        else:
            told.append(f"{subject}: {names} is installed; where it is loaded, Spanwise stands back from its calls")
    return told


def _subject(name: str, distribution: str) -> str | None:
    """Name what an instrumentor traces; None where that is no model."""
    name = name.lower().replace("_", "-")
    for family in _FAMILIES:
        rest = distribution.removeprefix(family).removeprefix("genai-")
        if distribution.startswith(family) and (name in _SUBJECTS or rest.removesuffix("-v2") in _SUBJECTS):
            return name if name in _SUBJECTS else rest.removesuffix("-v2")
    return None
