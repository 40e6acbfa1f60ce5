import time

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from spanwise_schema.metrics import METRICS
from tests.support.collector import collecting
from tests.support.otlp import traffic

OPENMETRICS = "application/openmetrics-text; version=1.0.0"


async def page(talk, accept):
    answer = await talk.client.get(f"{talk.http}/metrics", headers={"accept": accept})
    assert answer.headers["content-type"].startswith(accept.split(";")[0])
    return answer.text


async def test_every_metric_of_the_catalogue_is_exposed_as_declared(tmp_path):
    async with collecting(tmp_path) as talk:
        for accept, parse in (("text/plain", parse_text), (OPENMETRICS, parse_openmetrics)):
            families = {family.name: family for family in parse(await page(talk, accept))}
            for metric in METRICS:
                assert families[metric.name].type == metric.type
                assert families[metric.name].documentation == metric.help


async def test_labels_are_those_declared(tmp_path):
    async with collecting(tmp_path) as talk:
        await talk.send(traffic(1, spans=300, now_ns=time.time_ns())[0])
        families = {family.name: family for family in parse_openmetrics(await page(talk, OPENMETRICS))}
        for metric in METRICS:
            for sample in families[metric.name].samples:
                assert set(sample.labels) - {"le"} == set(metric.labels)


async def test_a_histogram_is_cumulative_and_counts_all(tmp_path):
    body, truth = traffic(1, spans=300, now_ns=time.time_ns())
    async with collecting(tmp_path) as talk:
        await talk.send(body)
        families = {family.name: family for family in parse_openmetrics(await page(talk, OPENMETRICS))}
        samples = families["gen_ai_client_operation_duration_seconds"].samples
        total = sum(s.value for s in samples if s.name.endswith("_count"))
        infinite = sum(s.value for s in samples if s.labels.get("le") == "+Inf")
        assert total == infinite == len(truth.llm)


async def test_a_bucket_of_a_latency_leads_to_its_newest_call(tmp_path):
    now_ns = time.time_ns()
    body, truth = traffic(1, spans=300, now_ns=now_ns)
    async with collecting(tmp_path) as talk:
        await talk.send(body)
        families = {family.name: family for family in parse_openmetrics(await page(talk, OPENMETRICS))}
    calls = {call.span_id.hex(): call for call in (*truth.llm, *truth.tools, *truth.runs)}
    for metric in METRICS:
        samples = families[metric.name].samples
        led = [sample for sample in samples if sample.exemplar]
        latency = metric.measure.endswith((".duration", ".ttft"))
        assert bool(led) == latency
        if metric.measure == "llm.duration":
            assert len(led) == _filled(samples)
        for sample in led:
            call = calls[sample.exemplar.labels["span_id"]]
            assert sample.exemplar.labels["trace_id"] == call.trace_id.hex()
            assert sample.exemplar.value <= float(sample.labels["le"])
            assert float(sample.exemplar.timestamp) == pytest.approx(call.end_ns / 1e9, abs=1e-3)
            expected = call.ttft_s if metric.measure == "llm.ttft" else call.duration_s
            assert sample.exemplar.value == pytest.approx(expected, abs=1e-6)


def _filled(samples):
    """Count the buckets that hold calls of their own, from cumulative ones."""
    before, filled = 0.0, 0
    for sample in samples:
        if sample.name.endswith("_bucket"):
            filled += sample.value > before
            before = 0.0 if sample.labels["le"] == "+Inf" else sample.value
    return filled


async def test_the_plain_text_page_has_no_exemplars(tmp_path):
    async with collecting(tmp_path) as talk:
        await talk.send(traffic(1, spans=300, now_ns=time.time_ns())[0])
        assert "trace_id" not in await page(talk, "text/plain")
