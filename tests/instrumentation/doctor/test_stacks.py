from importlib.metadata import EntryPoint
from types import SimpleNamespace

import pytest

from spanwise.doctor.stacks import others, warnings


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
