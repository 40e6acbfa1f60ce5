"""Tells content as an event of the conventions, through the logs API, where the application has set a provider."""

import logging
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from typing import Any, Final

from opentelemetry._logs import Logger, NoOpLoggerProvider, SeverityNumber, get_logger_provider
from opentelemetry._logs._internal import ProxyLoggerProvider
from opentelemetry.context import Context
from opentelemetry.trace import Span, set_span_in_context

from spanwise.tracer import SCOPE

NAME: Final = "gen_ai.client.inference.operation.details"


def logger() -> Logger | None:
    """Give the logger of the application's provider; None where it has set none, which is said once."""
    provider = get_logger_provider()
    if isinstance(provider, ProxyLoggerProvider | NoOpLoggerProvider):
        _say_once()
        return None
    return provider.get_logger(SCOPE, version("spanwise"))


def emit(made_by: Logger, span: Span, attributes: Mapping[str, Any]) -> None:
    """Emit the event of a call, in the context of its span; content is structured in it, not JSON in a string."""
    made_by.emit(
        context=set_span_in_context(span, Context()),
        severity_number=SeverityNumber.DEBUG,
        event_name=NAME,
        attributes=attributes,
    )


@cache
def _say_once() -> None:
    logging.getLogger("spanwise").warning(
        "content is to be told as events, but no logger provider is set: no content is captured for them"
    )
