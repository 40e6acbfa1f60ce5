import pytest

from spanwise_collector.normalise.arguments import digest, digest_as_is


def test_arguments_that_say_the_same_are_alike():
    assert digest('{"city": "Ulm", "days": [1, 2]}') == digest('{ "days":[1,2],"city":"Ulm" }')


@pytest.mark.parametrize("other", ['{"days": [2, 1]}', '{"days": [1]}', '{"days": "[1, 2]"}', "{}", ""])
def test_arguments_that_say_something_else_are_not(other):
    assert digest('{"days": [1, 2]}') != digest(other)


@pytest.mark.parametrize("text", ["not json", "[" * 60_000, '"' + "a" * 70_000 + '"', '"\\ud800"', "NaN", ""])
def test_any_text_has_a_digest(text):
    assert len(digest(text)) == 16
    assert digest(text) == digest(text)


def test_a_digest_that_the_sender_made_stays():
    assert digest("keyed:0123456789abcdef") == digest_as_is("keyed:0123456789abcdef") == "keyed:0123456789abcdef"


def test_results_are_told_apart_as_they_stand():
    assert digest_as_is('{"a": 1}') != digest_as_is('{ "a": 1 }')
    assert digest_as_is("x" * 10_000_000) == digest_as_is("x" * 10_000_000)
    assert len(digest_as_is("x")) == 16
