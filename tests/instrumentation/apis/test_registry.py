import pytest

from spanwise.apis import registry


@pytest.mark.parametrize(
    ("method", "path", "found"),
    [
        ("POST", "/v1/chat/completions", True),
        ("POST", "/openai/deployments/gpt/chat/completions", True),
        ("GET", "/v1/chat/completions", False),
        ("POST", "/v1/chat/completions/stop", False),
        ("POST", "/v1/traces", False),
    ],
)
def test_only_calls_of_a_known_api_are_found(method, path, found):
    assert (registry.find(method, path) is not None) is found
