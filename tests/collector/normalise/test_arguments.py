import pytest

from spanwise_collector.normalise.arguments import digest


def test_arguments_that_say_the_same_are_alike():
    assert digest('{"city": "Ulm", "days": [1, 2]}') == digest('{ "days":[1,2],"city":"Ulm" }')


@pytest.mark.parametrize("other", ['{"days": [2, 1]}', '{"days": [1]}', '{"days": "[1, 2]"}', "{}", ""])
def test_arguments_that_say_something_else_are_not(other):
    assert digest('{"days": [1, 2]}') != digest(other)


@pytest.mark.parametrize("text", ["not json", "[" * 60_000, '"' + "a" * 70_000 + '"', '"\\ud800"', "NaN", ""])
def test_any_text_has_a_digest(text):
    assert len(digest(text)) == 16
    assert digest(text) == digest(text)
