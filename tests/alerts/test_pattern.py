import pytest

from spanwise_alerts.pattern import check, meets


def test_a_pattern_is_about_the_whole_text():
    assert meets("a|bc", "bc")
    assert not meets("a|b", "bc")
    assert meets("", "")


def test_classes_and_letters_of_any_language_are_read():
    assert meets(r"[[:alpha:]]+\pL", "aé")
    assert meets("käse.*", "käsekuchen")


def test_no_pattern_can_hold_the_process_up():
    assert not meets("(a+)+$", "a" * 50_000 + "b")


@pytest.mark.parametrize("pattern", ["a(", "[", "(?=a)", r"(a)\1", "a{2000}"])
def test_what_is_no_pattern_is_said_with_the_reason(pattern):
    with pytest.raises(ValueError, match=r"expected a regular expression in RE2's syntax: .+"):
        check(pattern)


def test_half_a_character_is_no_pattern():
    with pytest.raises(ValueError, match="expected a regular expression"):
        check("\ud800")
