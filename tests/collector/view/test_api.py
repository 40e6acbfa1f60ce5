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
