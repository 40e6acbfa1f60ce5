from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urljoin

import jsonschema
import pytest

from tests.support.desk import desk


async def test_the_docs_need_nothing_from_elsewhere(tmp_path: Path):
    async with desk(tmp_path) as made:
        client = made.client
        assert (await client.get("/")).headers["location"] == "/docs"
        page = (await client.get("/docs")).text
        assert "://" not in page
        links = re.findall(r"""(?:src|href)="([^"]+)"|url: '([^']+)'""", page)
        assert len(links) == 4
        for link in map("".join, links):
            assert (await client.get(urljoin("/docs", link))).status_code == 200


async def test_the_openapi_document_names_every_path_and_its_body(tmp_path: Path):
    async with desk(tmp_path) as made:
        document = await made.get("/openapi.json")
    jsonschema.validate(document, {"type": "object", "required": ["openapi", "info", "paths"]})
    methods = {f"{method.upper()} {path}" for path, each in document["paths"].items() for method in each}
    assert methods == {
        "GET /api/v2/alerts", "POST /api/v2/alerts", "GET /api/v2/alerts/groups", "GET /api/v2/silences",
        "POST /api/v2/silences", "GET /api/v2/silence/{silence_id}", "DELETE /api/v2/silence/{silence_id}",
        "GET /api/v2/receivers", "GET /api/v2/status", "GET /-/healthy", "GET /-/ready", "POST /-/reload",
        "GET /metrics", "GET /api/v1/rules", "GET /api/v1/alerts", "GET /api/v1/on-call",
        "POST /api/v1/alerts/{fingerprint}/{kind}", "POST /api/v1/alerts/{kind}", "GET /api/v1/history",
        "GET /api/v1/explain", "POST /api/v1/backtest",
        "GET /runbooks/{name}", "GET /api/v1/notifications", "GET /api/v1/notifications/{key}",
            "POST /api/v1/notifications/replay", "GET /api/v1/schemas/webhook", "POST /api/v1/receivers/{name}/test",
    }  # fmt: skip
    for path in ("/api/v2/alerts", "/api/v2/silences", "/api/v1/backtest"):
        assert "application/json" in document["paths"][path]["post"]["requestBody"]["content"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "alerts"), ("DELETE", "alerts"), ("GET", "alerts/groups"), ("GET", "silences"), ("POST", "silences"),
        ("DELETE", "silence/1"), ("GET", "status"), ("GET", "receivers"),
    ],
)  # fmt: skip
async def test_the_paths_of_version_1_are_gone_and_name_version_2(tmp_path: Path, method: str, path: str):
    async with desk(tmp_path) as made:
        answer = await made.client.request(method, f"/api/v1/{path}")
    assert answer.status_code == 410
    assert answer.json() == f"Alertmanager's API v1 is gone; expected v2, which has /api/v2/{path}"


async def test_what_is_not_there_or_not_allowed_is_a_bare_string(tmp_path: Path):
    async with desk(tmp_path) as made:
        missing = await made.client.get("/api/v2/nothing")
        wrong = await made.client.put("/api/v2/alerts", json=[])
    assert (missing.status_code, missing.json()) == (404, "Not Found")
    assert (wrong.status_code, wrong.json()) == (405, "Method Not Allowed")
