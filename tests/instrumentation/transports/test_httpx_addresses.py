import httpx
import httpx2
import pytest

from spanwise.transports.httpx_addresses import address_of


@pytest.mark.parametrize("library", [httpx, httpx2])
@pytest.mark.parametrize(
    "url",
    [
        "https://api.openai.com/v1/chat/completions?key=a#b",
        "http://u:p@HOST:8000/model/a%3A0/invoke",
        "http://[::1]:11434",
        "https://bücher.example/v1",
    ],
)
def test_address_is_what_the_url_tells_the_first_time_and_later(library, url):
    made = library.URL(url)
    for _ in range(2):
        assert address_of(made) == (made.scheme, made.host, made.port, made.path)


def test_url_that_holds_its_parts_otherwise_is_asked_for_each():
    class Other:
        scheme, host, port, path = "https", "host", 1, "/v1"

    assert address_of(Other()) == ("https", "host", 1, "/v1")
