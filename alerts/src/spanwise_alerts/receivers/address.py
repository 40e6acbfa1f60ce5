"""Mail addresses."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator

_ADDRESS: Final = re.compile(r"[^@\s,;:<>()\[\]\\\"\x00-\x1f]+@[^@\s,;:<>()\\\"\x00-\x1f]+")


def _address(raw: str) -> str:
    if not _ADDRESS.fullmatch(raw):
        raise ValueError(f"got {raw!r}, expected an address such as oncall@example.com")
    return raw


Address = Annotated[str, AfterValidator(_address)]
