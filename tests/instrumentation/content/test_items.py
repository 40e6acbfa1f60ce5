import pytest

from spanwise.content.items import Items
from spanwise.content.size import fit


def told(items, most_bytes=1000):
    kept = Items(most_bytes)
    for item in items:
        kept.add(item)
    return kept.told()


def test_pieces_of_text_are_one_text():
    assert told(["The ", "Dan", "ube"]) == "The Danube"


def test_items_of_any_other_kind_are_a_list():
    assert told([1, "a", {"b": (2,)}, None]) == [1, "a", {"b": [2]}, None]


def test_item_is_told_as_it_was_when_it_was_given():
    item = {"at": 1}
    kept = Items(100)
    kept.add(item)
    item["at"] = 2
    assert kept.told() == [{"at": 1}]


@pytest.mark.parametrize("item", ["äb", 7, [1, 2]])
def test_endless_generator_takes_no_more_than_what_may_be_told_and_that_is_seen_to_be_cut(item):
    value = told([item] * 5000, most_bytes=512)
    assert len(value) < 600
    data, cut = fit(value, 512)
    assert cut
    assert data is not None
    assert len(data) <= 512
