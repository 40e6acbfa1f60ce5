"""Finds tracers whose span is not current while a call leaves: known by the layer that the call comes through."""

# ruff: noqa: ANN401  the tracers are no dependency

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType, ModuleType
from typing import Any, Final

from spanwise import guard
from spanwise.tracer import tracer


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer above the SDKs with a tracer of its own.

    `processor` gives where its spans go, by the loaded module; None where its tracing is off.
    """

    module: str
    """What is loaded where the tracer is."""
    frames: str
    """How the names of the modules begin that the call comes through."""
    processor: Callable[[ModuleType], object]
    alone: bool
    """Whether it makes no span of its own below another one."""


def any_loaded() -> bool:
    """Say whether any such tracer may be there at all."""
    return not sys.modules.keys().isdisjoint(_MODULES)


def tells(*, alone: bool) -> bool:
    """Say whether a layer's tracer tells the call that this thread is about to send; `alone`: no span is around it."""
    for layer in _LAYERS:
        module = sys.modules.get(layer.module)
        if module is None or (layer.alone and not alone):
            continue
        if _active(layer, module) and _comes_through(layer.frames):
            return True
    return False


@guard.guarded
def _active(layer: Layer, module: ModuleType) -> bool:
    theirs = layer.processor(module)
    return theirs is not None and theirs is getattr(tracer(), "span_processor", None)


def _comes_through(prefix: str) -> bool:
    frame: FrameType | None = inspect.currentframe()
    while frame is not None:
        if frame.f_globals.get("__name__", "").startswith(prefix):
            return True
        frame = frame.f_back
    return False


def _langchain_of_openinference(module: Any) -> object:
    """Follow the instrumentor, which is one in a process, to the tracer of the API or of the SDK below it."""
    made: Any = getattr(getattr(module.LangChainInstrumentor(), "_tracer", None), "_tracer", None)
    return getattr(made, "span_processor", None) or getattr(getattr(made, "_real_tracer", None), "span_processor", None)


def _callback_of_litellm(module: Any) -> object:
    for callback in module._in_memory_loggers:  # noqa: SLF001  it keeps what it has made of names such as "otel" here
        provider: Any = getattr(callback, "_tracer_provider", None)
        if provider is not None:
            return getattr(provider, "_active_span_processor", None)
    return None


_LAYERS: Final = (
    Layer(
        "openinference.instrumentation.langchain",
        "langchain_core.language_models",
        _langchain_of_openinference,
        alone=False,
    ),
    Layer("litellm.litellm_core_utils.litellm_logging", "litellm.", _callback_of_litellm, alone=True),
)
_MODULES: Final = frozenset(layer.module for layer in _LAYERS)
