"""What can be set of the collector, and its defaults."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_MIB = 1024 * 1024
_MAX_PORT = 65_535


def split_address(address: str) -> tuple[str, int]:
    """Split "HOST:PORT" ("[::1]:4318" for IPv6).

    Raises:
        ValueError: it is no such address.
    """
    host, colon, port = address.rpartition(":")
    if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > _MAX_PORT:
        raise ValueError(f'expected "HOST:PORT" with a port from 0 to 65535, got {address!r}')
    return host.removeprefix("[").removesuffix("]"), int(port)


def _check_address(address: str) -> str:
    split_address(address)
    return address


Address = Annotated[str, AfterValidator(_check_address)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OtlpConfig(_Section):
    """Where spans come in."""

    http: Address = Field(default="127.0.0.1:4318", description="OTLP over HTTP (protobuf and JSON), HOST:PORT")
    grpc: Address = Field(default="127.0.0.1:4317", description="OTLP over gRPC, HOST:PORT")


class LimitsConfig(_Section):
    """What one request, and all of them together, may take."""

    body_bytes: int = Field(
        default=64 * _MIB,
        ge=1024,
        description="largest request in bytes, after decompression; larger ones are answered 413",
    )
    pending_bytes: int = Field(
        default=16 * _MIB,
        ge=1024,
        description="requests in work, in bytes; above it senders are told to come again (503)",
    )
    label_values: int = Field(
        default=200,
        ge=1,
        description="values that one label may take in metrics; further ones are folded into __other__",
    )
    series: int = Field(default=20_000, ge=1, description="series in memory; further ones are folded into __other__")
    passed_series: int = Field(
        default=10_000,
        ge=1,
        description="series of agents' own metrics that are passed on to /metrics; further ones are counted, not shown",
    )


class StopsConfig(_Section):
    """Who may stop runs."""

    secret_file: Path | None = Field(
        default=None,
        description="what stops are signed with, read anew for each; without it none are taken",
        examples=["/run/secrets/stop"],
    )


Usd = Annotated[float, Field(ge=0, le=4_000)]


class PricesConfig(_Section):
    """What a model costs, in USD per million tokens."""

    input_mtok: Usd = Field(description="input")
    output_mtok: Usd | None = Field(default=None, description="output; as input if not given")
    cache_read_mtok: Usd | None = Field(default=None, description="input read from the cache")
    cache_write_mtok: Usd | None = Field(default=None, description="input written to the cache")
    cache_write_1h_mtok: Usd | None = Field(default=None, description="input written to the cache for an hour")
    output_reasoning_mtok: Usd | None = Field(default=None, description="reasoning")


class CollectorConfig(_Section):
    """Spans in, numbers out."""

    otlp: OtlpConfig = Field(default_factory=OtlpConfig, description="where spans come in")
    http: Address = Field(default="127.0.0.1:8750", description="query API, /metrics and health, HOST:PORT")
    data: Path = Field(default=Path("./spanwise-data"), description="folder of the journal and the Parquet segments")
    retention_days: float = Field(default=30, gt=0, description="spans are dropped after so many days")
    prices: dict[str, dict[str, PricesConfig]] = Field(
        default={},
        description="your own prices by provider and model, in USD per million tokens; they go before the published",
        examples=[
            {
                "qwen": {
                    "qwen-max": {
                        "input_mtok": 1.6,
                        "output_mtok": 6.4,
                        "cache_read_mtok": 0.64,
                        "cache_write_mtok": 2.0,
                        "cache_write_1h_mtok": 3.2,
                        "output_reasoning_mtok": 6.4,
                    }
                }
            }
        ],
    )
    limits: LimitsConfig = Field(
        default_factory=LimitsConfig, description="what one request, and all of them together, may take"
    )
    stops: StopsConfig = Field(
        default_factory=StopsConfig, description="stops of runaway runs, which agents ask for; see runaway.md"
    )
