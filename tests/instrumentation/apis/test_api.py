from spanwise.apis.api import estimated_tokens


def test_estimate_is_a_token_for_four_bytes_rounded_up():
    assert [estimated_tokens(size) for size in (0, 1, 4, 5, 400)] == [0, 1, 1, 2, 100]
