from opentelemetry.context import Context

from spanwise.apis.api import Answer, Asked
from spanwise.apis.openai_chat import OpenAIChat
from spanwise.attributes import of_request, tell_answer, tell_usage
from spanwise.target import aim
from spanwise.url import Address

API = OpenAIChat()


def test_sampler_sees_what_is_known_at_the_start():
    target = aim(API, Address("http", "api.groq.com", None, "/openai/v1/chat/completions"))
    told = of_request(target, Asked("m", stream=True), Context())
    assert told == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "groq",
        "gen_ai.request.model": "m",
        "gen_ai.request.stream": True,
        "openai.api.type": "chat_completions",
        "server.address": "api.groq.com",
        "server.port": 80,
    }


def test_parameters_that_were_given_are_told():
    asked = Asked(
        "m", operation="rerank", temperature=0.0, choice_count=1, encoding_formats=("float",), conversation="c"
    )
    told = of_request(aim(API, Address("http", "host", None, "/")), asked, Context())
    assert told["gen_ai.operation.name"] == "rerank"
    assert told["gen_ai.request.temperature"] == 0.0
    assert told["gen_ai.request.encoding_formats"] == ("float",)
    assert told["gen_ai.conversation.id"] == "c"
    assert "gen_ai.request.choice.count" not in told


def test_answer_is_told_in_the_words_of_genai():
    answer = Answer(model="m", response_id="i", service_tier="flex", status="completed")
    answer.finish_reasons[0] = "stop"
    told: dict = {}
    tell_answer(API, answer, told)
    assert told == {
        "gen_ai.response.model": "m",
        "gen_ai.response.id": "i",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.response.status": "completed",
        "openai.response.service_tier": "flex",
    }


def told(answer: Answer, *, used: bool = True, stream: bool = False):
    attributes: dict = {}
    tell_usage(answer, attributes, used=used, stream=stream, input_bytes=lambda: 8)
    return attributes


def test_tokens_that_were_told_are_no_estimate():
    shares = {"cache_read_tokens": 4, "cache_write_tokens": 3, "cache_write_1h_tokens": 2, "reasoning_tokens": 0}
    assert told(Answer(input_tokens=9, output_tokens=0, finished=True, cost_usd=0.25, **shares)) == {
        "gen_ai.usage.input_tokens": 9,
        "gen_ai.usage.output_tokens": 0,
        "gen_ai.usage.cache_read.input_tokens": 4,
        "gen_ai.usage.cache_write.input_tokens": 3,
        "spanwise.usage.cache_write_1h.input_tokens": 2,
        "gen_ai.usage.reasoning.output_tokens": 0,
        "gen_ai.usage.cost": 0.25,
    }


def test_tokens_never_told_are_estimated_and_marked():
    marked = {"spanwise.usage.estimated": True, "gen_ai.usage.input_tokens": 2}
    assert told(Answer(output_bytes=9, finished=True)) == {**marked, "gen_ai.usage.output_tokens": 3}
    assert told(Answer(), stream=True) == {**marked, "gen_ai.usage.output_tokens": 0}
    assert told(Answer(finished=True)) == marked


def test_answer_still_in_the_queue_has_used_nothing():
    assert told(Answer(status="queued")) == {}
    assert told(Answer(), used=False) == {}
