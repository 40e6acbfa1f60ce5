"""docs/dialects.md is what the tables say."""

from spanwise_collector.normalise.registry import DIALECTS, SOURCES
from tests.dialects.page import PAGE, page


def test_the_page_is_made_of_the_tables():
    assert PAGE.read_text() == page(), "run `python -m tests.dialects.page`"


def test_the_page_names_every_dialect_and_every_key():
    text = page()
    assert [text.index(f"## {dialect.title}\n") for dialect in DIALECTS] == sorted(
        text.index(f"## {dialect.title}\n") for dialect in DIALECTS
    )
    assert all(f"`{source.key}`" in text for rows in SOURCES.values() for _, source in rows)
