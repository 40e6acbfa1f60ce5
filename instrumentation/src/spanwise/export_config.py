"""Reads the OTEL_* variables of a tracer provider: they matter only where Spanwise builds it."""

from dataclasses import dataclass
from importlib.util import find_spec
from urllib.parse import urlsplit

from spanwise.reader import Reader

HTTP = "otlp_proto_http"
GRPC = "otlp_proto_grpc"
DEFAULT_ENDPOINT = "http://127.0.0.1:4318"
DEFAULT_GRPC_ENDPOINT = "http://127.0.0.1:4317"
SCHEDULE_DELAY_MS = 1000
EXPORTERS = "opentelemetry_traces_exporter"
SAMPLERS = "opentelemetry_traces_sampler"
ID_GENERATORS = "opentelemetry_id_generator"
CONFIGURATORS = "_opentelemetry_tracer_configurator"

_BY_PROTOCOL = {"http/protobuf": HTTP, "grpc": GRPC}
_GRPC_PACKAGE = "opentelemetry-exporter-otlp-proto-grpc"
_RATIOS = ("traceidratio", "parentbased_traceidratio")
OWN_SAMPLERS = ("always_on", "always_off", "parentbased_always_on", "parentbased_always_off", *_RATIOS)
_LIMITS = (
    "OTEL_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_SPAN_EVENT_COUNT_LIMIT",
    "OTEL_SPAN_LINK_COUNT_LIMIT",
)
_OTLP = ("OTEL_EXPORTER_OTLP_", "OTEL_EXPORTER_OTLP_TRACES_")


@dataclass(frozen=True, slots=True)
class Export:
    """What a provider of ours is to be; what is blank or None is left to the SDK, which reads its own variables."""

    exporters: tuple[str, ...] = (HTTP,)
    """Entry points of `opentelemetry_traces_exporter`."""
    traces_endpoint: str = f"{DEFAULT_ENDPOINT}/v1/traces"
    schedule_delay_ms: int | None = SCHEDULE_DELAY_MS
    sampler: str = ""
    """Entry point of `opentelemetry_traces_sampler`, where it is not the SDK's own."""
    sampler_arg: str = ""
    id_generator: str = ""
    config_file: str = ""
    tracer_configurator: str = ""


def read(reader: Reader, endpoint: str | None) -> Export:
    """Read the variables; `endpoint`, a base address, wins over its own."""
    _check_numbers(reader)
    for start in _OTLP:
        reader.number(f"{start}TIMEOUT", 0)
        reader.choice(f"{start}COMPRESSION", ("none", "gzip", "deflate"))
        for file in ("CERTIFICATE", "CLIENT_KEY", "CLIENT_CERTIFICATE"):
            reader.file(f"{start}{file}")
    exporters = _exporters(reader)
    sampler = _sampler(reader)
    generator = reader.text("OTEL_PYTHON_ID_GENERATOR")
    if generator:
        reader.installed("OTEL_PYTHON_ID_GENERATOR", generator, ID_GENERATORS, ("random",))
    configurator = reader.text("OTEL_PYTHON_TRACER_CONFIGURATOR")
    if configurator:
        reader.installed("OTEL_PYTHON_TRACER_CONFIGURATOR", configurator, CONFIGURATORS, ())
    return Export(
        exporters=exporters,
        traces_endpoint=_endpoint(reader, endpoint, exporters),
        schedule_delay_ms=None if reader.text("OTEL_BSP_SCHEDULE_DELAY") else SCHEDULE_DELAY_MS,
        sampler="" if sampler in OWN_SAMPLERS else sampler,
        sampler_arg=reader.text("OTEL_TRACES_SAMPLER_ARG"),
        id_generator="" if generator == "random" else generator,
        config_file=_config_file(reader),
        tracer_configurator=configurator,
    )


def _check_numbers(reader: Reader) -> None:
    reader.whole("OTEL_BSP_SCHEDULE_DELAY", 1)
    reader.whole("OTEL_BSP_EXPORT_TIMEOUT", 1)
    queue = reader.whole("OTEL_BSP_MAX_QUEUE_SIZE", 1) or 2048  # the SDK's own
    batch = reader.whole("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 1) or 512
    if batch > queue:
        expected = f"at most OTEL_BSP_MAX_QUEUE_SIZE, which is {queue}"
        reader.wrong("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", str(batch), expected)
    for name in _LIMITS:
        reader.whole(name, 0, unset=True)


def _exporters(reader: Reader) -> tuple[str, ...]:
    asked = reader.names("OTEL_TRACES_EXPORTER") or ("otlp",)
    if "none" in asked:
        if len(asked) > 1:
            reader.wrong("OTEL_TRACES_EXPORTER", ",".join(asked), "none alone, or a list without it")
        return ()
    found = tuple(_protocol(reader) if name == "otlp" else name for name in asked)
    known = ("otlp", "console", HTTP)
    for name in found:
        if name == GRPC and GRPC not in asked:
            variable = "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"
            variable = variable if reader.text(variable) else "OTEL_EXPORTER_OTLP_PROTOCOL"
            if not reader.entry_point(EXPORTERS, GRPC):
                expected = f"http/protobuf; for grpc `pip install {_GRPC_PACKAGE}`"
                reader.wrong(variable, "grpc", expected)
        else:
            reader.installed("OTEL_TRACES_EXPORTER", name, EXPORTERS, known, _GRPC_PACKAGE if name == GRPC else "")
    return found


def _protocol(reader: Reader) -> str:
    for name in ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"):
        if reader.text(name):
            return _BY_PROTOCOL.get(reader.choice(name, tuple(_BY_PROTOCOL)), HTTP)
    return HTTP


def _sampler(reader: Reader) -> str:
    sampler = reader.text("OTEL_TRACES_SAMPLER").lower()
    if sampler in _RATIOS:
        reader.number("OTEL_TRACES_SAMPLER_ARG", 0, 1)
    elif sampler:
        reader.installed("OTEL_TRACES_SAMPLER", sampler, SAMPLERS, OWN_SAMPLERS)
    return sampler


def _endpoint(reader: Reader, base: str | None, exporters: tuple[str, ...]) -> str:
    """Name the address for traces: the argument, the variable for traces, the variable for all, the default."""
    exact = reader.text("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    whole = base or reader.text("OTEL_EXPORTER_OTLP_ENDPOINT")
    if GRPC in exporters:
        return base or exact or whole or DEFAULT_GRPC_ENDPOINT
    if exact and base is None:
        return _checked(reader, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", exact)
    name = "endpoint" if base else "OTEL_EXPORTER_OTLP_ENDPOINT"
    return f"{_checked(reader, name, whole or DEFAULT_ENDPOINT).rstrip('/')}/v1/traces"


def _checked(reader: Reader, name: str, address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        reader.wrong(name, address, f"an address such as {DEFAULT_ENDPOINT}")
    return address


def _config_file(reader: Reader) -> str:
    file = reader.file("OTEL_CONFIG_FILE")
    if file and find_spec("opentelemetry.configuration") is None:
        reader.wrong("OTEL_CONFIG_FILE", file, "the package that reads it: `pip install opentelemetry-configuration`")
    return file
