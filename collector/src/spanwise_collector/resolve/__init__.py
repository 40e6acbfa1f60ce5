"""Each call counted once: which spans count, which repeat what another told."""

from spanwise_collector.resolve.resolver import Resolved, Resolver

__all__ = ["Resolved", "Resolver"]
