from spanwise_schema.columns import CALL, PRICE, SPAN, STORED


def test_no_step_overwrites_a_column_of_another():
    assert len(STORED) == len(SPAN) + len(CALL) + len(PRICE)
