import asyncio
import gzip
import json
import zlib
from urllib.parse import urlsplit

import httpx2
import pytest
from google.protobuf import json_format
from google.rpc.status_pb2 import Status
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from spanwise_collector.errors import Overloaded, StoreDown
from tests.support.otlp import request, span, traffic
from tests.support.otlp_signals import event, gauge, logs, metrics, number

PROTOBUF = {"content-type": "application/x-protobuf"}
JSON = {"content-type": "application/json"}
ONE = request([span()]).SerializeToString()
ONE_JSON = json.dumps(
    {
        "resourceSpans": [
            {"scopeSpans": [{"spans": [{"traceId": "01" * 16, "spanId": "02" * 8, "endTimeUnixNano": "1"}]}]}
        ]
    }
).encode()


async def post(base, body, headers=PROTOBUF, path="/v1/traces", method="POST"):
    async with httpx2.AsyncClient() as client:
        return await client.request(method, base + path, content=body, headers=headers)


def status_of(answer):
    assert answer.headers["content-type"] == "application/x-protobuf"
    return Status.FromString(answer.content)


async def test_accepted_spans_are_answered_with_an_empty_response(serve, gate):
    async with serve() as base:
        answer = await post(base, traffic(1)[0])
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == "application/x-protobuf"
    assert gate.spans == 512


async def test_json_is_answered_in_json(serve, gate):
    async with serve() as base:
        answer = await post(base, ONE_JSON, {"content-type": "application/json; charset=utf-8"})
    assert (answer.status_code, answer.json()) == (200, {})
    assert answer.headers["content-type"] == "application/json"
    assert gate.spans == 1


@pytest.mark.parametrize(("body", "headers", "empty"), [(b"", PROTOBUF, b""), (b"{}", JSON, b"{}")])
async def test_an_empty_request_is_a_success(serve, gate, body, headers, empty):
    async with serve() as base:
        answer = await post(base, body, headers)
    assert (answer.status_code, answer.content) == (200, empty)
    assert gate.spans == 0


@pytest.mark.parametrize(
    ("encoding", "squeeze"),
    [
        ("gzip", gzip.compress),
        ("GZIP", lambda body: gzip.compress(body[:99]) + gzip.compress(body[99:])),
        ("deflate", zlib.compress),
        ("deflate", lambda body: zlib.compress(body, wbits=-15)),
        ("identity", bytes),
    ],
)
async def test_compressed_bodies_are_read(serve, gate, encoding, squeeze):
    async with serve() as base:
        answer = await post(base, squeeze(traffic(2)[0]), {**PROTOBUF, "content-encoding": encoding})
    assert answer.status_code == 200
    assert gate.spans == 512


async def test_chunked_bodies_without_a_length_are_read(serve, gate):
    async def chunks():
        for at in range(0, len(ONE), 20):
            yield ONE[at : at + 20]

    async with serve() as base:
        answer = await post(base, chunks())
    assert answer.status_code == 200
    assert gate.spans == 1


async def test_a_trailing_slash_is_tolerated(serve, gate):
    async with serve() as base:
        assert (await post(base, ONE, path="/v1/traces/")).status_code == 200
    assert gate.spans == 1


async def test_the_good_half_is_kept_and_the_other_half_reported(serve, gate):
    half = request([span(), span(trace_id=b""), span(span_id=bytes(8))]).SerializeToString()
    async with serve() as base:
        answer = await post(base, half)
    partial = ExportTraceServiceResponse.FromString(answer.content).partial_success
    assert answer.status_code == 200
    assert partial.rejected_spans == 2
    assert partial.error_message == "1 spans rejected: no trace id, 1 spans rejected: no span id"
    assert gate.spans == 1


async def test_rejected_spans_are_reported_in_json_too(serve):
    async with serve() as base:
        answer = await post(base, ONE_JSON.replace(b"02" * 8, b"00" * 8), JSON)
    assert answer.json() == {"partialSuccess": {"rejectedSpans": "1", "errorMessage": "1 spans rejected: no span id"}}


async def test_malformed_protobuf_is_told_so_and_counted(serve, gate):
    async with serve() as base:
        answer = await post(base, b"\xff\xfe not a request")
    assert answer.status_code == 400
    assert status_of(answer).code == 3
    assert "ExportTraceServiceRequest" in status_of(answer).message
    assert gate.refusals == [("http", "malformed")]


async def test_malformed_json_is_told_so_in_json(serve):
    async with serve() as base:
        answer = await post(base, ONE_JSON.replace(b"01" * 16, b"xyz"), JSON)
    assert answer.status_code == 400
    assert answer.json()["code"] == 3
    assert answer.json()["message"].startswith("resourceSpans[0].scopeSpans[0].spans[0].traceId: expected hex digits")


@pytest.mark.parametrize("content_type", ["text/plain", "", "application/x-protobuffer"])
async def test_an_unknown_content_type_is_415(serve, gate, content_type):
    async with serve() as base:
        answer = await post(base, ONE, {"content-type": content_type})
    assert answer.status_code == 415
    assert "application/x-protobuf or application/json" in answer.json()["message"]
    assert gate.refusals == [("http", "unsupported_media")]


async def test_an_unknown_content_encoding_is_415(serve):
    async with serve() as base:
        answer = await post(base, ONE, {**PROTOBUF, "content-encoding": "snappy"})
    assert answer.status_code == 415
    assert "'snappy'" in status_of(answer).message


@pytest.mark.parametrize("body", [b"not gzip", gzip.compress(ONE)[:-10]])
async def test_a_broken_gzip_body_is_malformed(serve, body):
    async with serve() as base:
        answer = await post(base, body, {**PROTOBUF, "content-encoding": "gzip"})
    assert answer.status_code == 400
    assert "gzip" in status_of(answer).message


async def test_a_body_over_the_limit_is_413_before_it_is_read(serve, gate):
    async with serve(max_body_bytes=1000, max_wire_bytes=1000) as base:
        answer = await post(base, bytes(2000))
        assert (await post(base, ONE)).status_code == 200
    assert answer.status_code == 413
    assert status_of(answer).code == 8
    assert not status_of(answer).details
    assert gate.refusals == [("http", "too_large")]


async def test_a_body_that_hides_its_length_is_413_too(serve):
    async def endless():
        for _ in range(50):
            yield bytes(1000)

    async with serve(max_body_bytes=10_000) as base:
        assert (await post(base, endless())).status_code == 413


async def test_a_gzip_bomb_is_413_and_takes_no_more_than_the_limit(serve, gate):
    bomb = gzip.compress(bytes(64 << 20), 1)
    async with serve(max_body_bytes=4 << 20) as base:
        answer = await post(base, bomb, {**PROTOBUF, "content-encoding": "gzip"})
        assert (await post(base, ONE)).status_code == 200
    assert answer.status_code == 413
    assert gate.refusals == [("http", "too_large")]


@pytest.mark.parametrize("fault", [Overloaded("the queue is full", 2.2), StoreDown("no space left", 2.2)])
async def test_our_own_fault_is_503_with_retry_after(serve, gate, fault):
    gate.fault = fault
    async with serve() as base:
        answer = await post(base, ONE)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "3"
    assert status_of(answer).code == 14
    assert status_of(answer).details[0].type_url == "type.googleapis.com/google.rpc.RetryInfo"


async def test_more_bytes_in_flight_than_allowed_are_told_to_come_later(serve, gate):
    async with serve(max_in_flight_bytes=20) as base:
        assert (await post(base, ONE)).status_code == 503
    assert gate.refusals == [("http", "overloaded")]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
async def test_another_method_is_405_and_says_which_is_allowed(serve, method):
    async with serve() as base:
        answer = await post(base, b"", method=method)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("path", ["/", "/traces", "/v1/trace"])
async def test_another_path_is_404_with_a_hint(serve, path):
    async with serve() as base:
        answer = await post(base, ONE, path=path)
    assert answer.status_code == 404
    assert "did you mean /v1/traces, /v1/logs, /v1/metrics?" in status_of(answer).message


async def test_profiles_are_told_what_is_taken(serve):
    path = "/v1development/profiles"
    async with serve() as base:
        answer = await post(base, b"{}", JSON, path=path)
    assert answer.status_code == 404
    told = f"{path}: profiles are not taken here, only /v1/traces, /v1/logs, /v1/metrics"
    assert answer.json() == {"code": 5, "message": told}


@pytest.mark.parametrize(
    ("path", "made", "signal"),
    [("/v1/logs", logs([event("a")]), "logs"), ("/v1/metrics/", metrics([gauge("x", [number(1)])]), "metrics")],
)
@pytest.mark.parametrize("compress", [None, gzip.compress, zlib.compress])
@pytest.mark.parametrize("as_json", [False, True])
async def test_logs_and_metrics_are_taken_in_every_encoding(serve, gate, path, made, signal, compress, as_json):
    body = json_format.MessageToJson(made).encode() if as_json else made.SerializeToString()
    headers = dict(JSON if as_json else PROTOBUF)
    if compress is not None:
        body, headers["content-encoding"] = compress(body), "gzip" if compress is gzip.compress else "deflate"
    async with serve() as base:
        answer = await post(base, body, headers, path=path)
    assert (answer.status_code, answer.content) == (200, b"{}" if as_json else b"")
    ((taken, _),) = gate.others
    assert taken == signal


@pytest.mark.parametrize(("path", "kind"), [("/v1/logs", "Logs"), ("/v1/metrics", "Metrics")])
async def test_a_malformed_request_of_another_signal_is_named_as_such(serve, path, kind):
    async with serve() as base:
        answer = await post(base, b"\xff\xff", PROTOBUF, path=path)
    assert answer.status_code == 400
    assert f"expected an Export{kind}ServiceRequest" in status_of(answer).message


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        ("/v1/logs", {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"timeUnixNano": "x"}]}]}]}, "timeUnixNano"),
        ("/v1/metrics", {"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"gauge": 1}]}]}]}, "gauge"),
    ],
)
async def test_json_of_another_signal_that_is_wrong_is_told_with_its_path(serve, path, body, told):
    async with serve() as base:
        answer = await post(base, json.dumps(body).encode(), JSON, path=path)
    assert answer.status_code == 400
    assert told in answer.json()["message"]


async def test_a_sender_that_goes_away_leaves_nothing_behind(serve, gate):
    async with serve() as base:
        _, writer = await asyncio.open_connection(urlsplit(base).hostname, urlsplit(base).port)
        writer.write(
            b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"
            b"Content-Length: 999\r\n\r\nhalf"
        )
        await writer.drain()
        writer.close()
        async with asyncio.timeout(10):
            while not gate.refusals:  # noqa: ASYNC110 - the server tells nobody else
                await asyncio.sleep(0.005)
    assert gate.refusals == [("http", "sender_gone")]
    assert gate.batches == []


@pytest.mark.parametrize("compression", Compression)
async def test_the_sdks_own_exporter_is_understood(serve, gate, compression):
    def export(base):
        provider = TracerProvider()
        provider.add_span_processor(
            BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{base}/v1/traces", compression=compression))
        )
        with provider.get_tracer("spanwise").start_as_current_span("chat gpt-4o") as made:
            made.set_attribute("gen_ai.request.model", "gpt-4o")
        provider.shutdown()

    async with serve() as base:
        await asyncio.to_thread(export, base)
    frame = gate.batches[0].frame
    assert frame["name"].to_list() == ["chat gpt-4o"]
    assert frame["attribute.gen_ai.request.model"].to_list() == ["gpt-4o"]
