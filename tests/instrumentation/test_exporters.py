import os
import threading

from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SpanExporter, SpanExportResult

from spanwise import exporters
from spanwise.export_config import Export


class Counted(SpanExporter):
    made = 0

    def __init__(self):
        type(self).made += 1
        self.ended = False

    def export(self, spans):
        del spans
        return SpanExportResult.SUCCESS

    def shutdown(self):
        self.ended = True


def test_exporter_is_made_anew_in_another_process_and_the_parents_is_left_alone(monkeypatch):
    per_process = exporters.PerProcess(Counted, "there")
    before = Counted.made
    per_process.export([])
    assert Counted.made == before
    parents = per_process._exporter
    monkeypatch.setattr(os, "getpid", lambda: -1)
    per_process.shutdown()  # nothing was exported here: there is nothing to shut down
    assert per_process.export([]) is SpanExportResult.SUCCESS
    assert (Counted.made, parents.ended) == (before + 1, False)
    per_process.shutdown()
    assert (per_process._exporter.ended, parents.ended) == (True, False)


def test_each_exporter_that_is_named_is_built():
    built = exporters.build(Export(exporters=("console", "otlp_proto_http"), traces_endpoint="http://c:1/v1/traces"))
    assert isinstance(built[0]._exporter, ConsoleSpanExporter)
    assert built[1]._exporter._endpoint == "http://c:1/v1/traces"
    for each in built:
        each.shutdown()


def test_exporter_of_another_package_is_loaded_by_its_name(monkeypatch):
    class Entry:
        def load(self):
            return Counted

    monkeypatch.setattr(exporters, "entry_points", lambda **_: (Entry(),))
    (built,) = exporters.build(Export(exporters=("other",)))
    assert isinstance(built._exporter, Counted)


class Refusing(Counted):
    """Fails as long as it has answers to give."""

    def __init__(self):
        super().__init__()
        self.answers = [SpanExportResult.FAILURE, SpanExportResult.FAILURE]

    def export(self, spans):
        del spans
        return self.answers.pop() if self.answers else SpanExportResult.SUCCESS


def test_spans_that_do_not_arrive_are_told_once_until_they_do_again(caplog):
    per_process = exporters.PerProcess(Refusing, "http://c:1/v1/traces")
    assert per_process.export([]) is per_process.export([]) is SpanExportResult.FAILURE
    told = ["spanwise: spans do not reach http://c:1/v1/traces and are lost; is a collector there?"]
    assert [record.getMessage() for record in caplog.records] == told
    assert per_process.export([]) is SpanExportResult.SUCCESS
    per_process._exporter.answers.append(SpanExportResult.FAILURE)
    per_process.export([])
    assert [record.getMessage() for record in caplog.records] == told * 2


def test_spans_still_on_their_way_when_it_ends_are_told_as_lost(caplog):
    began, over = threading.Event(), threading.Event()

    class Waiting(Counted):
        def export(self, spans):
            del spans
            began.set()
            over.wait(30)
            return SpanExportResult.FAILURE

    per_process = exporters.PerProcess(Waiting, "http://c:1/v1/traces")
    thread = threading.Thread(target=per_process.export, args=([],))
    thread.start()
    assert began.wait(30)
    per_process.shutdown()
    assert len(caplog.records) == 1
    over.set()
    thread.join()
    assert len(caplog.records) == 1
