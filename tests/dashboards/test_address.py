import pytest

from spanwise_dashboards.address import address, web_url


@pytest.mark.parametrize("url", ["http://localhost:3000", "http://localhost:3000/"])
def test_the_address_ends_in_one_slash(url):
    assert address(url, "glsa_x").url == "http://localhost:3000/"


def test_a_sub_path_is_kept():
    assert address("https://example.com/grafana", "glsa_x").url == "https://example.com/grafana/"


@pytest.mark.parametrize(
    "url", ["localhost:3000", "ftp://localhost", "http://", "http://localhost:port", "http://localhost?orgId=1", ""]
)
def test_what_is_no_web_address_is_refused_with_what_is_expected(url):
    with pytest.raises(ValueError, match=r"^grafana: .*expected http\(s\)://HOST"):
        address(url, "glsa_x")


def test_credentials_in_the_address_are_refused_and_not_shown():
    with pytest.raises(ValueError, match="credentials do not belong in the address") as caught:
        web_url("grafana", "http://admin:hunter2@localhost:3000")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("token", ["", "glsa_secret\nX-Other: 1", "glsa secret", "glsa_sécret"])
def test_a_token_that_no_header_may_hold_is_refused_and_not_shown(token):
    with pytest.raises(ValueError, match=r"^token: ") as caught:
        address("http://localhost:3000", token)
    assert "secret" not in str(caught.value)


def test_the_token_is_not_in_the_repr_and_its_line_end_is_dropped():
    told = address("http://localhost:3000", "glsa_secret\n")
    assert told.token == "glsa_secret"
    assert "secret" not in repr(told)
