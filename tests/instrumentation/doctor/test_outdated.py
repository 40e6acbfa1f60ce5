import pytest

from spanwise.doctor import outdated


@pytest.mark.parametrize(("name", "version"), [("aiohttp", "3.11.18"), ("aiohttp", "2.0"), ("urllib3", "1.26.20")])
def test_client_that_is_not_seen_in_full_is_told_with_what_to_upgrade_to(name, version):
    (told,) = outdated.warnings({name: version})
    assert told.startswith(f"{name} {version} is old: ")
    assert told.endswith(f"upgrade it to {'3.12' if name == 'aiohttp' else '2'} or newer")


@pytest.mark.parametrize(
    ("name", "version"), [("aiohttp", "3.12"), ("aiohttp", "3.14.5rc1"), ("urllib3", "2.0.7"), ("aiohttp", None)]
)
def test_client_that_is_seen_or_not_there_is_not_told(name, version):
    assert outdated.warnings({name: version}) == []
