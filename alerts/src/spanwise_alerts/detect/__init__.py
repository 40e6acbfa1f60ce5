"""Compare numbers with tiers: what holds, since when, what is over."""
