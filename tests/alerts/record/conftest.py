import pytest

from spanwise_alerts.record.store import Store
from spanwise_alerts.secret import url_of
from tests.support.postgres import postgres


@pytest.fixture(scope="session")
def server():
    with postgres() as found:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request, tmp_path):
    """An empty database of either kind."""
    if request.param == "sqlite":
        return tmp_path / "db"
    server = request.getfixturevalue("server")
    return url_of(server.database(f"store_{abs(hash(request.node.nodeid))}"))


@pytest.fixture
def opened(where):
    """Opens the database anew: `async with opened() as store`."""

    class Opened:
        async def __aenter__(self):
            self.store = Store(where)
            await self.store.__aenter__()
            assert await self.store.lead()
            return self.store

        async def __aexit__(self, *error):
            await self.store.__aexit__(*error)

    return Opened
