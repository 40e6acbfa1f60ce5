from importlib.metadata import EntryPoint
from types import SimpleNamespace

import pytest

from spanwise.doctor import stacks
from spanwise.doctor.stacks import natives, of_natives, others, stacked, warnings


def entry(name, distribution):
    made = EntryPoint(name, "module:Class", "opentelemetry_instrumentor")
    object.__setattr__(made, "dist", SimpleNamespace(name=distribution))
    return made


def test_packages_that_trace_the_same_sdk_stand_together():
    found = others(
        [
            entry("openai", "opentelemetry-instrumentation-openai"),
            entry("openai", "openinference_instrumentation_openai"),
            entry("openai", "opentelemetry-instrumentation-genai-openai"),
            entry("anthropic", "opentelemetry-instrumentation-anthropic"),
        ]
    )
    assert found == {
        "anthropic": ("opentelemetry-instrumentation-anthropic",),
        "openai": (
            "openinference-instrumentation-openai",
            "opentelemetry-instrumentation-genai-openai",
            "opentelemetry-instrumentation-openai",
        ),
    }


@pytest.mark.parametrize(
    ("name", "distribution"),
    [
        ("redis", "opentelemetry-instrumentation-redis"),
        ("fastapi", "opentelemetry-instrumentation-fastapi"),
        ("spanwise-openai", "spanwise"),
        ("openai", "something-of-mine"),
    ],
)
def test_what_traces_no_model_and_what_is_ours_is_left_out(name, distribution):
    assert others([entry(name, distribution)]) == {}


@pytest.mark.parametrize(
    ("name", "distribution", "subject"),
    [
        ("openai_v2", "opentelemetry-instrumentation-openai-v2", "openai"),
        ("openlit", "openlit", "openlit"),
        ("llama_index", "openinference-instrumentation-llama-index", "llama-index"),
        ("google-generativeai", "opentelemetry-instrumentation-google-generativeai", "google-generativeai"),
    ],
)
def test_subject_is_found_by_entry_name_or_distribution(name, distribution, subject):
    assert others([entry(name, distribution)]) == {subject: (distribution,)}


def test_stack_and_single_are_told_apart():
    stacked, single = warnings({"openai": ("a", "b"), "anthropic": ("c",)})
    assert stacked == "openai: a and b are installed together; loaded, each tells every call once more: keep one"
    assert single == "anthropic: c is installed; where it is loaded, Spanwise stands back from its calls"


def test_this_environment_is_read():
    assert others() == {}


def test_sdk_that_traces_itself_is_told_with_its_own_switch():
    (told,) = of_natives({"anthropic": "ANTHROPIC_OPEN_TELEMETRY=false"}, {"openai": ("a",)})
    assert told.startswith("anthropic: it traces itself and Spanwise stands back from its calls")
    assert "with ANTHROPIC_OPEN_TELEMETRY=false Spanwise tells them" in told


def test_instrumentor_of_an_sdk_that_traces_itself_is_a_stack():
    stacked, _ = of_natives({"anthropic": "X=false"}, {"anthropic": ("their-anthropic",)})
    assert stacked.startswith("anthropic: it traces itself and so does their-anthropic")


def test_sdk_that_traces_itself_is_known_by_its_files(monkeypatch):
    monkeypatch.setattr(stacks, "distribution", lambda _name: SimpleNamespace(files=["anthropic/_tracing.py"]))
    assert natives() == {"anthropic": "ANTHROPIC_OPEN_TELEMETRY=false"}
    monkeypatch.setattr(stacks, "distribution", lambda _name: SimpleNamespace(files=["anthropic/__init__.py"]))
    assert natives() == {}


def test_only_what_tells_calls_more_than_once_is_a_stack(monkeypatch):
    monkeypatch.setattr(stacks, "distribution", lambda _name: SimpleNamespace(files=["anthropic/_tracing.py"]))
    assert stacked({"openai": ("a",)}) == []
    both, native = stacked({"openai": ("a", "b"), "anthropic": ("their-anthropic",)})
    assert both.startswith("openai: a and b are installed together")
    assert native.startswith("anthropic: it traces itself and so does their-anthropic")
