import httpx
import httpx2
import pytest

from spanwise.transports.httpx_headers import Seen

GIVEN = [
    (b"Content-Type", b"application/json"),
    (b"X-Many", b"1"),
    (b"x-many", b"2"),
    (b"X-Name", "Zürich".encode()),
    (b"Empty", b""),
]


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_headers_are_what_the_client_would_tell(library):
    headers = library.Headers(GIVEN)
    seen = Seen(headers)
    assert dict(seen) == dict(headers)
    assert (list(seen), len(seen)) == (list(headers), len(headers.keys()))
    for name in ("content-type", "CONTENT-TYPE", "x-many", "x-name", "empty"):
        assert seen[name] == seen.get(name) == headers[name]


def test_client_that_holds_its_headers_otherwise_is_asked_for_all():
    class Other:
        raw = GIVEN

    assert dict(Seen(Other())) == dict(httpx2.Headers(GIVEN))


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_bytes_of_no_known_encoding_are_read_one_by_one(library):
    headers = library.Headers([(b"X-Name", b"Z\xfcrich")])
    assert Seen(headers)["x-name"] == headers["x-name"]


def test_header_that_is_not_there_gives_the_default_or_a_key_error():
    seen = Seen(httpx2.Headers(GIVEN))
    assert seen.get("x-none") is None
    assert seen.get("x-none", "0") == "0"
    assert "x-none" not in seen
    with pytest.raises(KeyError, match="x-none"):
        seen["x-none"]
