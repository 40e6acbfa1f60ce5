"""What each call of a model cost, at the price of its own moment."""

from spanwise_collector.price.book import PriceBook

__all__ = ["PriceBook"]
