import time

from tests.support.collector import collecting
from tests.support.otlp import request, span, traffic

RUN, ROOT, CHILD = b"r" * 16, b"\1" * 8, b"\2" * 8
AGENT = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "researcher"}
CHAT = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.agent.name": "researcher",
    "gen_ai.usage.input_tokens": 1000,
    "gen_ai.usage.output_tokens": 100,
}


def chat(now_ns, **changes):
    return span(
        "chat gpt-4o", trace_id=RUN, span_id=CHILD, parent_span_id=ROOT, start_ns=now_ns - 10**9, end_ns=now_ns,
        attributes={**CHAT, **changes},
    )  # fmt: skip


def agent(now_ns):
    return span(
        "invoke_agent researcher", trace_id=RUN, span_id=ROOT, start_ns=now_ns - 2 * 10**9, end_ns=now_ns,
        attributes=AGENT,
    )  # fmt: skip


async def runs(talk, **params):
    return (await talk.get("/api/v1/runs", **params)).json()["runs"]


async def test_a_run_is_in_flight_until_its_root_ends(tmp_path):
    now_ns = time.time_ns()
    async with collecting(tmp_path) as talk:
        await talk.send(request([chat(now_ns)]).SerializeToString())
        (run,) = await runs(talk)
        assert (run["status"], run["agent"], run["duration_s"], run["steps"]) == ("running", "researcher", None, 1)
        await talk.send(request([agent(now_ns)]).SerializeToString())
        (run,) = await runs(talk)
        assert (run["status"], run["duration_s"]) == ("ok", 2.0)
        assert (run["input_tokens"], run["output_tokens"], run["cost_usd"]) == (1000, 100, 0.0035)


async def test_runs_are_filtered(tmp_path):
    body, truth = traffic(3, spans=300, now_ns=time.time_ns())
    async with collecting(tmp_path) as talk:
        await talk.send(body)
        wanted = truth.runs[0].agent
        found = await runs(talk, agent=wanted, limit=1000)
        assert len(found) == sum(run.agent == wanted for run in truth.runs)
        assert {run["agent"] for run in found} == {wanted}
        assert len(await runs(talk, limit=2)) == 2
        assert await runs(talk, service="nobody") == []


async def test_metrics_never_go_back_over_a_restart(tmp_path):
    now_ns = time.time_ns()

    def counters(page):
        lines = [line.rpartition(" ") for line in page.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in lines if name.split("{")[0].endswith(("_total", "_bucket"))}

    async with collecting(tmp_path) as talk:
        await talk.send(traffic(1, spans=200, now_ns=now_ns)[0])
        before = counters((await talk.get("/metrics")).text)
    async with collecting(tmp_path) as talk:
        await talk.send(traffic(2, spans=200, now_ns=now_ns)[0])
        after = counters((await talk.get("/metrics")).text)
    ours = {name: value for name, value in before.items() if name.startswith(("gen_ai_", "spanwise_"))}
    assert len(ours) > 100
    assert [name for name, value in ours.items() if after.get(name, -1) < value] == []


async def test_what_has_no_price_is_on_the_metrics_page(tmp_path):
    now_ns = time.time_ns()
    unknown = chat(now_ns, **{"gen_ai.request.model": "made-up-9"})
    async with collecting(tmp_path) as talk:
        await talk.send(request([unknown]).SerializeToString())
        page = (await talk.get("/metrics")).text
        labels = (
            'environment="",gen_ai_provider_name="openai",gen_ai_request_model="made-up-9",'
            'service_name="research-api",tenant=""'
        )
        assert f"spanwise_llm_unpriced_calls_total{{{labels}}} 1.0" in page
        assert f"spanwise_llm_unpriced_tokens_total{{{labels}}} 1100.0" in page
        assert await talk.value("llm.cost", "sum") is None


async def test_what_was_made_again_and_its_cost_are_on_the_metrics_page(tmp_path):
    again = chat(time.time_ns(), **{"http.request.resend_count": 1})
    async with collecting(tmp_path) as talk:
        await talk.send(request([again]).SerializeToString())
        page = (await talk.get("/metrics")).text
        cost = await talk.value("llm.cost", "sum")
    found = dict(line.rsplit(" ", 1) for line in page.splitlines() if line.startswith("spanwise_llm_retries"))
    assert cost > 0
    assert sorted(float(value) for name, value in found.items() if "_created" not in name) == sorted([1.0, cost])


async def test_the_version_of_a_service_is_on_the_metrics_page(tmp_path):
    sent = request([chat(time.time_ns())])
    told = sent.resource_spans[0].resource.attributes.add(key="service.version")
    told.value.string_value = "1.2.3"
    async with collecting(tmp_path) as talk:
        await talk.send(sent.SerializeToString())
        page = (await talk.get("/metrics")).text
    labels = 'environment="",service_name="research-api",service_version="1.2.3"'
    assert f"spanwise_service_info{{{labels}}} 1.0" in page


async def test_what_duplicates_would_have_added_is_on_the_metrics_page(tmp_path):
    now_ns = time.time_ns()
    outer = chat(now_ns)
    inner = chat(now_ns)
    inner.span_id, inner.parent_span_id = b"inner   ", outer.span_id
    async with collecting(tmp_path) as talk:
        await talk.send(request([inner, outer]).SerializeToString())
        page = (await talk.get("/metrics")).text
        assert await talk.value("llm.duration", "count") == 1
        assert 'spanwise_duplicates_total{reason="nested"} 1.0' in page
        assert 'spanwise_duplicates_tokens_total{reason="nested"} 1100.0' in page
        assert f'spanwise_duplicates_cost_usd_total{{reason="nested"}} {await talk.value("llm.cost", "sum")}' in page
        assert "spanwise_collector_open_spans 2.0" in page
