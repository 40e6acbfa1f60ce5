import pytest

from spanwise import export_config
from spanwise.export_config import Export
from spanwise.reader import Reader


def read(environ, endpoint=None):
    reader = Reader(environ)
    found = export_config.read(reader, endpoint)
    reader.done()
    return found


def test_nothing_set_is_the_default():
    assert read({}) == Export()


@pytest.mark.parametrize(
    ("environ", "endpoint", "expected"),
    [
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:1/"}, None, "http://c:1/v1/traces"),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:2/own"}, None, "http://c:2/own"),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:2/own"}, "http://c:3", "http://c:3/v1/traces"),
    ],
)
def test_argument_wins_over_the_variable_for_traces_over_the_one_for_all(environ, endpoint, expected):
    assert read(environ, endpoint).traces_endpoint == expected


def test_exporters_are_a_list_and_none_is_none():
    assert read({"OTEL_TRACES_EXPORTER": "console, otlp"}).exporters == ("console", "otlp_proto_http")
    assert read({"OTEL_TRACES_EXPORTER": "none"}).exporters == ()


def test_what_the_sdk_reads_by_itself_is_left_to_it():
    environ = {
        "OTEL_BSP_SCHEDULE_DELAY": "50",
        "OTEL_TRACES_SAMPLER": "always_off",
        "OTEL_PYTHON_ID_GENERATOR": "random",
    }
    found = read(environ)
    assert (found.schedule_delay_ms, found.sampler, found.id_generator) == (None, "", "")


@pytest.fixture
def no_grpc(monkeypatch):
    there = Reader.entry_point

    def installed(group, name):
        return name != "otlp_proto_grpc" and there(group, name)

    monkeypatch.setattr(Reader, "entry_point", staticmethod(installed))


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "localhost:4318"}, "expected an address such as http://127.0.0.1:4318"),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "grpc://c:1"}, "expected an address"),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "http/json"}, "got 'http/json', expected one of http/protobuf, grpc"),
        (
            {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
            "got 'grpc', expected http/protobuf; for grpc `pip install opentelemetry-exporter-otlp-proto-grpc`",
        ),
        ({"OTEL_TRACES_EXPORTER": "otlp_proto_grpc"}, "`pip install opentelemetry-exporter-otlp-proto-grpc` adds it"),
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "OTEL_TRACES_EXPORTER: got 'zipkin', expected one of console, otlp"),
        ({"OTEL_TRACES_EXPORTER": "none,otlp"}, "expected none alone"),
        ({"OTEL_TRACES_SAMPLER": "sometimes"}, "OTEL_TRACES_SAMPLER: got 'sometimes', expected one of always_off"),
        ({"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "2"}, "OTEL_TRACES_SAMPLER_ARG: got '2'"),
        ({"OTEL_PYTHON_ID_GENERATOR": "xray"}, "OTEL_PYTHON_ID_GENERATOR: got 'xray', expected one of random"),
        (
            {"OTEL_PYTHON_TRACER_CONFIGURATOR": "x"},
            "got 'x', expected an entry point of _opentelemetry_tracer_configurator, of which there is none",
        ),
        ({"OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "4096"}, "expected at most OTEL_BSP_MAX_QUEUE_SIZE, which is 2048"),
        ({"OTEL_BSP_SCHEDULE_DELAY": "soon"}, "OTEL_BSP_SCHEDULE_DELAY: got 'soon', expected a whole number"),
        ({"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": "-1"}, "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: got '-1'"),
        ({"OTEL_EXPORTER_OTLP_TIMEOUT": "10s"}, "OTEL_EXPORTER_OTLP_TIMEOUT: got '10s', expected a number"),
        ({"OTEL_EXPORTER_OTLP_COMPRESSION": "zip"}, "expected one of none, gzip, deflate"),
        ({"OTEL_EXPORTER_OTLP_CERTIFICATE": "/no/file"}, "OTEL_EXPORTER_OTLP_CERTIFICATE: got '/no/file'"),
        ({"OTEL_CONFIG_FILE": "/no/file"}, "OTEL_CONFIG_FILE: got '/no/file', expected the path of a file"),
        ({"OTEL_CONFIG_FILE": __file__}, "`pip install opentelemetry-configuration`"),
    ],
)
@pytest.mark.usefixtures("no_grpc")
def test_wrong_setting_is_told_with_its_value_and_what_was_expected(environ, told):
    with pytest.raises(ValueError, match="expected") as raised:
        read(environ)
    assert told in str(raised.value)


def test_grpc_is_used_where_its_exporter_is_installed(monkeypatch):
    monkeypatch.setattr(Reader, "entry_point", staticmethod(lambda _group, name: name == "otlp_proto_grpc"))
    found = read({"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"})
    assert (found.exporters, found.traces_endpoint) == (("otlp_proto_grpc",), "http://127.0.0.1:4317")
    asked = {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4317"}
    assert read(asked).traces_endpoint == "collector:4317"
