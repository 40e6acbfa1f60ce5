from spanwise_collector.resolve.tally import Tally


def test_counts_add_up_by_reason_and_come_back():
    tally, again = Tally(), Tally()
    tally.add("nested", 1, 10, 5)
    tally.add("nested", 1, 1, 0)
    tally.add("total", 0, 3, 2)
    again.load(tally.dump())
    assert again == tally
    assert (tally.spans["nested"], tally.tokens["nested"], tally.cost_pico_usd["total"]) == (2, 11, 2)
