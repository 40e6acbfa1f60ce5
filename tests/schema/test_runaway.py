import pytest

from spanwise_schema.runaway import BY_NAME, SIGNS


@pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: sign.name)
def test_a_default_is_no_less_than_what_the_collector_looks_at(sign):
    assert sign.least > 1 or sign.unit == "USD"
    assert sign.default is None or sign.default >= sign.least


def test_signs_have_names_of_their_own():
    assert len(BY_NAME) == len(SIGNS)
