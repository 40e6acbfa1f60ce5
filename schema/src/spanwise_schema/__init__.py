"""The nouns that the server parts share: columns of a span batch, measures, metrics, money."""
