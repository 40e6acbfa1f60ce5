"""The versions that the matrix of real SDKs was run with; written by `python -m tests.matrix --write`."""

from typing import Final

VERSIONS: Final[dict[str, tuple[str, ...]]] = {
    "openai": ("1.109.1", "2.54.0", "3.52.0"),
}


def untested(distribution: str, version: str) -> bool:
    """Say whether no version of the same major was ever tested; False for what is not in the matrix at all."""
    versions = VERSIONS.get(distribution)
    return versions is not None and _major(version) not in map(_major, versions)


def _major(version: str) -> str:
    return version.partition(".")[0]
