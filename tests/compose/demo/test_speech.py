"""What the demo's models say."""

import json
import random

from spanwise_stack.demo.speech import reply

TOOL = {"type": "function", "function": {"name": "search", "parameters": {}}}


def said(*messages, **more):
    return reply({"messages": [{"role": "user", "content": text} for text in messages], **more}, random.Random(3))


def test_the_same_seed_says_the_same():
    assert said("a") == said("a")


def test_a_tool_is_called_with_arguments_that_are_json():
    answer = said("a", tools=[TOOL])
    assert answer.finish_reason == "tool_calls"
    assert answer.tool == "search"
    assert json.loads(answer.arguments)["query"]


def test_tokens_grow_with_the_text_and_add_up():
    short, long = said("a").usage, said("a" * 4000).usage
    assert long["prompt_tokens"] - short["prompt_tokens"] in {999, 1000}
    assert short["total_tokens"] == short["prompt_tokens"] + short["completion_tokens"]


def test_only_a_long_prefix_that_was_said_before_is_cached_in_steps_of_128():
    assert said("a" * 8000).usage["prompt_tokens_details"]["cached_tokens"] == 0
    cached = said("a" * 8000, "and now?").usage["prompt_tokens_details"]["cached_tokens"]
    assert cached >= 1024
    assert cached % 128 == 0
