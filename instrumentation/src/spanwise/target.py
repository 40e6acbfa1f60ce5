"""What stays the same from call to call of one address: its API, its provider, and what a span says of it."""

from functools import lru_cache
from typing import NamedTuple

from spanwise import providers
from spanwise.apis import registry
from spanwise.apis.api import Api
from spanwise.tracer import Attributes
from spanwise.url import Address

_DEFAULT_PORT = {"https": 443, "http": 80}


class Target(NamedTuple):
    """An API at an address."""

    api: Api
    host: tuple[str, int | None]
    known: bool
    """Whether the host is a provider's, as the tables and the user name them."""
    attributes: Attributes
    """What each span says of it; to be copied."""


@lru_cache(maxsize=256)
def find(address: Address) -> Target | None:
    """Find what a POST to this address calls; None where no API is there."""
    api = registry.find("POST", address.path)
    return None if api is None else aim(api, address)


def aim(api: Api, address: Address) -> Target:
    """Give the target for an API that is known already."""
    host, port = address.host, address.port or _DEFAULT_PORT.get(address.scheme, 443)
    attributes: Attributes = {
        "gen_ai.operation.name": api.operation,
        "gen_ai.provider.name": providers.provider_of(host, api.provider, port=port, path=address.path),
        "server.address": host,
        "server.port": port,
        **api.attributes,
    }
    return Target(api, (host, address.port), providers.known(host, address.port), attributes)


providers.when_named_anew(find.cache_clear)
