"""How the providers' own APIs count tokens.

Source: the API references of the providers: whether `cached_tokens`, `cachedContentTokenCount`, … are part of the
input that they report, and whether reasoning is part of the output.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from spanwise_collector.normalise.dialect import Counting, Place
from spanwise_collector.normalise.recognise import PLACE
from spanwise_collector.normalise.registry import counting_of

PROVIDERS: Final[dict[str, Counting]] = {
    "anthropic": Counting("outside", "inside"),
    "aws.bedrock": Counting("outside"),  # thoughts: the model decides
    "azure.ai.openai": Counting("inside", "inside"),
    "deepseek": Counting("inside", "inside"),
    # The API tells thoughts beside the output, but most emitters add them up: a total decides.
    "gcp.gemini": Counting("inside"),
    "gcp.gen_ai": Counting("inside"),
    "gcp.vertex_ai": Counting("inside"),
    "groq": Counting("inside", "inside"),
    "mistral_ai": Counting("inside", "inside"),
    "openai": Counting("inside", "inside"),
    # Called through clients made for OpenAI, whose emitters hand on what the API says.
    "x_ai": Counting("inside", "outside"),
}

UNKNOWN: Final = 0
INSIDE: Final = 1
OUTSIDE: Final = 2
_CODE: Final[dict[Place | None, int]] = {None: UNKNOWN, "inside": INSIDE, "outside": OUTSIDE}
_OF_WORDS: Final = {"inside": Counting("inside", "inside"), "outside": Counting("outside", "outside")}
_KEY: Final = (PLACE, "scope_name", "provider", "counted")
Codes = npt.NDArray[np.uint8]


class How(NamedTuple):
    """How each span's tokens are counted: INSIDE, OUTSIDE or UNKNOWN, one a row.

    Attributes:
        emitter_cache: what the emitter does with the cache.
        emitter_thoughts: what it does with thoughts.
        api_cache: what the provider's API does with the cache.
        api_thoughts: what it does with thoughts.
    """

    emitter_cache: Codes
    emitter_thoughts: Codes
    api_cache: Codes
    api_thoughts: Codes


def counted_how(frame: pl.DataFrame) -> How:
    """Say it of a frame with PLACE, `scope_name`, `counted` and the canonical `provider`."""
    keys = frame.select(_KEY)
    _, first, of = np.unique(keys.hash_rows(seed=0).to_numpy(), return_index=True, return_inverse=True)
    table = np.array([_codes(*row) for row in keys[first].iter_rows()], np.uint8).reshape(-1, len(How._fields))
    return How(*table[of].T)


def _codes(place: int, scope: str | None, provider: str | None, counted: str | None) -> tuple[int, ...]:
    emitter = _OF_WORDS.get(counted or "") or counting_of(place, scope, provider)
    api = PROVIDERS.get(provider or "")
    return (*_both(emitter), *_both(api))


def _both(counting: Counting | None) -> tuple[int, int]:
    return (UNKNOWN, UNKNOWN) if counting is None else (_CODE[counting.cache], _CODE[counting.thoughts])
