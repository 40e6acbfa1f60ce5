import subprocess
import sys
import threading
from types import ModuleType

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider, _TracerConfig

from spanwise import provider, tracer
from spanwise.config import Config
from spanwise.export_config import Export


@pytest.fixture
def built(otlp):
    made = provider.build(Config(export=Export(traces_endpoint=f"{otlp.endpoint}/v1/traces")), "svc")
    yield made
    made.shutdown()


def test_built_provider_exports_to_the_endpoint_under_the_service(otlp, built):
    built.get_tracer("t").start_span("s").end()
    assert provider.flush(built) is True
    assert otlp.names() == ["s"]
    assert otlp.services() == {"svc"}


def test_flush_is_left_behind_when_the_collector_does_not_answer(otlp, built):
    otlp.hold.clear()
    built.get_tracer("t").start_span("s").end()
    assert provider.flush(built, timeout_s=0.05) is False
    otlp.hold.set()


def test_foreign_provider_is_not_flushed():
    assert provider.flush(trace.NoOpTracerProvider()) is True


def test_none_exports_nothing():
    made = provider.build(Config(export=Export(exporters=())))
    assert made._active_span_processor._span_processors == ()


class _Off:
    """The entry point of a configurator that turns the tracers named `off` off."""

    def load(self):
        return lambda scope: _TracerConfig(is_enabled=scope.name != "off")


@pytest.fixture
def configured(otlp, monkeypatch):
    monkeypatch.setattr(provider, "entry_points", lambda **_: (_Off(),))
    export = Export(traces_endpoint=f"{otlp.endpoint}/v1/traces", tracer_configurator="some")
    made = []

    def build():
        made.append(provider.build(Config(export=export)))
        return made[-1]

    yield build
    for one in made:
        one.shutdown()


def test_configurator_says_which_tracers_are_on(otlp, configured):
    built = configured()
    for name in ("on", "off"):
        built.get_tracer(name).start_span(name).end()
    assert provider.flush(built) is True
    assert otlp.names() == ["on"]


def test_sdk_without_a_place_for_a_configurator_is_told(otlp, configured, monkeypatch, caplog):
    monkeypatch.delattr(TracerProvider, "_set_tracer_configurator")
    built = configured()
    built.get_tracer("off").start_span("off").end()
    assert provider.flush(built) is True
    assert otlp.names() == ["off"]
    assert "OTEL_PYTHON_TRACER_CONFIGURATOR is set, and this version of the SDK does not know it" in caplog.text


def test_service_is_named_after_the_program(monkeypatch):
    monkeypatch.delenv("OTEL_SERVICE_NAME", raising=False)
    monkeypatch.setattr(sys, "argv", ["/app/planner.py"])
    assert provider._resource(None).attributes["service.name"] == "planner"
    monkeypatch.setattr(sys, "argv", ["/app/agents/__main__.py"])
    assert provider._resource(None).attributes["service.name"] == "agents"
    monkeypatch.setenv("OTEL_SERVICE_NAME", "named")
    assert provider._resource(None).attributes["service.name"] == "named"


def test_spans_leave_at_exit(otlp):
    program = f"""
import spanwise
spanwise.instrument(endpoint={otlp.endpoint!r}, service="svc")
with spanwise.agent("a"):
    pass
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
    assert otlp.names() == ["invoke_agent a"]


def test_exit_is_bounded_when_the_collector_never_answers(otlp):
    otlp.hold.clear()
    program = f"""
import spanwise
from spanwise import provider, tracer
provider.FLUSH_TIMEOUT_S = 0.2
spanwise.instrument(endpoint={otlp.endpoint!r})
with spanwise.agent("a"):
    pass
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=9)  # the exporter's own time-out is ten seconds
    otlp.hold.set()


def test_provider_of_the_program_is_joined(monkeypatch):
    theirs = TracerProvider(shutdown_on_exit=False)
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: theirs)
    assert provider.join_or_build(Config()) is theirs


class Declarative(ModuleType):
    """Has the shape of opentelemetry-configuration, which is no dependency."""

    def __init__(self, fault=None):
        super().__init__("opentelemetry.configuration")
        self.fault = fault
        self.made = TracerProvider(shutdown_on_exit=False)

    def load_config_file(self, file):
        return file

    def configure_sdk(self, file):
        assert file == "otel.yaml"
        if self.fault is not None:
            raise self.fault
        trace.set_tracer_provider(self.made)


def test_provider_that_a_configuration_file_makes_is_joined(monkeypatch):
    declarative = Declarative()
    monkeypatch.setitem(sys.modules, "opentelemetry.configuration", declarative)
    monkeypatch.setattr(trace, "set_tracer_provider", lambda made: monkeypatch.setattr(trace, "_TRACER_PROVIDER", made))
    assert provider.join_or_build(Config(export=Export(config_file="otel.yaml"))) is declarative.made


def test_configuration_file_that_the_sdk_refuses_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.configuration", Declarative(RuntimeError("no node")))
    with pytest.raises(ValueError, match=r"OTEL_CONFIG_FILE: got 'otel.yaml', which the SDK refuses: no node"):
        provider.join_or_build(Config(export=Export(config_file="otel.yaml")))


def test_notebook_and_bare_python_have_names_too(monkeypatch):
    for name in ("OTEL_SERVICE_NAME", "JPY_SESSION_NAME"):
        monkeypatch.delenv(name, raising=False)
    for program, named in (("-c", "python"), ("", "python"), ("/lib/ipykernel_launcher.py", "notebook")):
        monkeypatch.setattr(sys, "argv", [program])
        assert provider._resource(None).attributes["service.name"] == named
    monkeypatch.setenv("JPY_SESSION_NAME", "/home/me/planner.ipynb")
    assert provider._resource(None).attributes["service.name"] == "planner"


def test_first_spans_of_many_threads_build_one_provider():
    made = []

    def find():
        made.append(TracerProvider(shutdown_on_exit=False))
        return made[-1]

    tracer.use_at_first_span(find)
    begin = threading.Barrier(8)
    threads = [threading.Thread(target=lambda: (begin.wait(), tracer.tracer())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tracer.forget()
    assert len(made) == 1
