import httpx
import pytest

from spanwise_alerts.view.standby import standby


@pytest.fixture
async def client():
    transport = httpx.ASGITransport(standby())
    async with httpx.AsyncClient(transport=transport, base_url="http://standby") as found:
        yield found


async def test_a_replica_that_stands_by_is_well_and_not_ready(client):
    assert (await client.get("/-/healthy")).status_code == 200
    assert (await client.get("/-/ready")).status_code == 503
    assert (await client.get("/metrics")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/api/v2/alerts"), ("GET", "/api/v2/silences"), ("DELETE", "/api/v2/silence/1"), ("GET", "/")],
)
async def test_it_takes_nothing_and_says_whom_to_ask(client, method, path):
    answer = await client.request(method, path)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    assert answer.json() == "this replica stands by; ask the one whose /-/ready answers 200"
