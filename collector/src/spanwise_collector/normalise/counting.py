"""How the providers' own APIs count tokens.

Source: the API references of the providers: whether `cached_tokens`, `cachedContentTokenCount`, … are part of the
input that they report, and whether reasoning is part of the output.
"""

from __future__ import annotations

from typing import Final

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

_EMITTER: Final = ("emitter_cache", "emitter_thoughts")
_API: Final = ("api_cache", "api_thoughts")
COLUMNS: Final = (*_EMITTER, *_API)
"""What the emitter does with the cache and with thoughts, then what the provider's API does: inside, outside, null."""

_OF_WORDS: Final = {"inside": Counting("inside", "inside"), "outside": Counting("outside", "outside")}
_KEY: Final = (PLACE, "scope_name", "provider", "counted")


def counted_how(frame: pl.DataFrame) -> pl.DataFrame:
    """Add COLUMNS to a frame with PLACE, `scope_name`, `counted` and the canonical `provider`."""
    different = frame.select(_KEY).unique()
    rows = [_places(*row) for row in different.iter_rows()]
    table = pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")
    if different.height == 1:
        return frame.with_columns(pl.lit(table[name][0], pl.String).alias(name) for name in COLUMNS)
    return frame.join(different.hstack(table), on=list(_KEY), how="left", nulls_equal=True, maintain_order="left")


def _places(place: int, scope: str | None, provider: str | None, counted: str | None) -> tuple[Place | None, ...]:
    emitter = _OF_WORDS.get(counted or "") or counting_of(place, scope, provider)
    api = PROVIDERS.get(provider or "")
    return (*_both(emitter), *_both(api))


def _both(counting: Counting | None) -> tuple[Place | None, Place | None]:
    return (None, None) if counting is None else (counting.cache, counting.thoughts)
