"""Secrets that stand in files: looked for when the configuration is read, read anew whenever they are needed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast

from pydantic import AfterValidator, ValidationInfo

from spanwise_alerts.secret import Secret


def _readable(path: Path, info: ValidationInfo) -> Path:
    context = cast("dict[str, Path]", info.context or {})
    found = context.get("base", Path()) / path
    try:
        text = found.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"got {str(path)!r}, expected a file that can be read: {error}") from error
    if not text.strip():
        raise ValueError(f"got {str(path)!r}, expected a file that is not empty")
    return found


ReadableFile = Annotated[Path, AfterValidator(_readable)]
"""A file with text in it, relative to the configuration."""

SecretFile = ReadableFile
"""Such a file that holds a secret."""


def held(text: Secret | None, file: Path | None) -> Secret | None:
    """Return a secret that stands in the configuration or in a file, without the end of its line; None for none.

    Raises:
        OSError: the file cannot be read any more.
        UnicodeDecodeError: nor is it text any more.
    """
    return Secret(file.read_text(encoding="utf-8").rstrip("\r\n")) if file else text
