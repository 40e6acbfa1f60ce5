import sys
from types import ModuleType, SimpleNamespace

import pytest
from opentelemetry.sdk.trace import TracerProvider

from tests.instrumentation.test_exchange import begin

PLAIN = b'{"model":"m","messages":[]}'


def below(module, body=PLAIN):
    """Begin a call below a function of another module."""
    space = {"__name__": module, "begin": begin, "body": body}
    exec("def call(): return begin(body=body)", space)
    return space["call"]()


@pytest.fixture
def litellm(monkeypatch, spans):
    module = ModuleType("litellm.litellm_core_utils.litellm_logging")
    module._in_memory_loggers = [object(), SimpleNamespace(_tracer_provider=spans.provider)]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return module


@pytest.fixture
def langchain(monkeypatch, spans):
    module = ModuleType("openinference.instrumentation.langchain")
    tracer = SimpleNamespace(_tracer=spans.provider.get_tracer("openinference"))
    module.LangChainInstrumentor = lambda: SimpleNamespace(_tracer=tracer)
    module.tracer = tracer
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return module


@pytest.mark.usefixtures("litellm")
def test_call_that_litellm_tells_afterwards_has_no_span_of_ours_but_where_only_ours_learns_the_usage():
    assert below("litellm.llms.openai.openai") is None
    assert below("litellm.llms.openai.openai", b'{"model":"m","stream":true}') is not None


@pytest.mark.usefixtures("litellm")
def test_call_that_comes_not_through_litellm_is_traced():
    assert below("openai.resources") is not None


@pytest.mark.usefixtures("litellm")
def test_call_below_another_span_is_traced_since_litellm_makes_none_there(spans):
    with spans.provider.get_tracer("program").start_as_current_span("work"):
        assert below("litellm.main") is not None


def test_litellm_without_its_callback_keeps_ours_not_away(litellm):
    litellm._in_memory_loggers = []
    assert below("litellm.main") is not None


def test_litellm_that_tells_somebody_else_keeps_ours_not_away(litellm):
    litellm._in_memory_loggers = [SimpleNamespace(_tracer_provider=TracerProvider(shutdown_on_exit=False))]
    assert below("litellm.main") is not None


@pytest.mark.usefixtures("langchain")
def test_call_of_a_langchain_model_has_no_span_of_ours_but_where_only_ours_learns_the_usage():
    assert below("langchain_core.language_models.chat_models") is None
    assert below("langchain_core.language_models.chat_models", b'{"model":"m","stream":true}') is not None


def test_tracer_of_the_api_counts_once_it_has_found_its_provider(langchain, spans):
    langchain.tracer._tracer = SimpleNamespace(_real_tracer=None)
    assert below("langchain_core.language_models.chat_models") is not None
    langchain.tracer._tracer = SimpleNamespace(_real_tracer=spans.provider.get_tracer("openinference"))
    assert below("langchain_core.language_models.chat_models") is None


def test_tracer_of_another_shape_is_a_fault_of_ours_that_is_only_counted(monkeypatch, langchain, spans):
    from spanwise import guard

    del spans
    guard.configure(raise_faults=False)
    before = sum(guard.faults().values())
    monkeypatch.delattr(langchain, "LangChainInstrumentor")
    assert below("langchain_core.language_models.chat_models") is not None
    assert sum(guard.faults().values()) == before + 1
