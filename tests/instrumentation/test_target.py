import pytest

from spanwise import providers, target
from spanwise.apis.openai_chat import OpenAIChat
from spanwise.url import Address

CHAT = Address("https", "llm.internal", None, "/v1/chat/completions")


@pytest.fixture(autouse=True)
def _names():
    yield
    providers.configure({})


def test_address_is_told_with_its_api_its_provider_and_the_port_of_its_scheme():
    found = target.find(CHAT)
    assert isinstance(found.api, OpenAIChat)
    assert (found.host, found.known) == (("llm.internal", None), False)
    assert found.attributes == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "openai.api.type": "chat_completions",
        "server.address": "llm.internal",
        "server.port": 443,
    }


def test_address_without_an_api_has_no_target():
    assert target.find(Address("https", "api.openai.com", None, "/v1/files")) is None


def test_names_that_the_user_gives_later_hold_for_addresses_seen_before():
    assert not target.find(CHAT).known
    providers.configure({"llm.internal": "mine"})
    found = target.find(CHAT)
    assert (found.known, found.attributes["gen_ai.provider.name"]) == (True, "mine")
