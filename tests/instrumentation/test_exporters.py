import os

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
    per_process = exporters.PerProcess(Counted)
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
