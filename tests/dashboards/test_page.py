from tests.dashboards.page import PAGE, page


def test_the_page_lists_the_boards_as_they_are():
    assert PAGE.read_text() == page(), "run: python -m tests.dashboards.page"
