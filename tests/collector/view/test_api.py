import re
from urllib.parse import urljoin

from tests.support.collector import collecting


async def test_health_and_the_way_to_the_docs(tmp_path):
    async with collecting(tmp_path) as talk:
        assert (await talk.get("/healthz")).text == "ok\n"
        assert (await talk.get("/readyz")).status_code == 200
        assert (await talk.get("/")).headers["location"] == "/docs"
        paths = (await talk.get("/openapi.json")).json()["paths"]
        assert {"/api/v1/measure", "/api/v1/measure/range", "/api/v1/measures", "/api/v1/runs", "/metrics"} <= set(
            paths
        )


async def test_an_unknown_path_is_not_found(tmp_path):
    async with collecting(tmp_path) as talk:
        assert (await talk.get("/api/v1/nothing")).status_code == 404


async def test_the_docs_need_nothing_from_elsewhere(tmp_path):
    async with collecting(tmp_path) as talk:
        page = (await talk.get("/docs")).text
        assert "://" not in page
        links = re.findall(r"""(?:src|href)="([^"]+)"|url: '([^']+)'""", page)
        assert len(links) == 4
        for link in map("".join, links):
            assert (await talk.get(urljoin("/docs", link))).status_code == 200
