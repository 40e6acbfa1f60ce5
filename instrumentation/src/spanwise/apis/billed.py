"""Reads what a call cost, where a provider or a gateway tells it beside the tokens."""

from typing import Any, Final

import msgspec

from spanwise.apis.measure import members, number

_TICKS_PER_USD: Final = 10**10


class Billed(msgspec.Struct, gc=False):
    """The part of a usage that tells money.

    Sources: OpenRouter, *Usage accounting*; xAI, *Cost tracking*; Perplexity's and DeepInfra's API references.
    """

    cost: Any = None  # OpenRouter and gateways like it, Perplexity
    cost_details: Any = None  # OpenRouter
    is_byok: Any = None  # OpenRouter
    cost_in_usd_ticks: Any = None  # xAI
    estimated_cost: Any = None  # DeepInfra

    def cost_usd(self) -> float | None:
        """Give the cost of the call in USD; None where it is not told, or is none."""
        if self.cost is not None:
            return self._charged_usd()
        if self.cost_in_usd_ticks is not None:
            ticks = _usd(self.cost_in_usd_ticks)
            return None if ticks is None else ticks / _TICKS_PER_USD
        return None if self.estimated_cost is None else _usd(self.estimated_cost)

    def _charged_usd(self) -> float | None:
        """Give what is paid in all: who brings a key of his own pays the provider besides."""
        charged = _usd(members(self.cost).get("total_cost", self.cost))  # Perplexity tells its parts besides
        if charged is None or self.is_byok is not True:
            return charged
        upstream = _usd(members(self.cost_details).get("upstream_inference_cost"))
        return None if upstream is None else charged + upstream


def _usd(value: object) -> float | None:
    told = number(value)
    return told if told is not None and told >= 0 else None
