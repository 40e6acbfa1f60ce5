from spanwise_collector.telemetry import Ledger


def test_a_ledger_comes_back_as_it_was_kept():
    ledger, again = Ledger(received=7, stored=3, duplicate=2), Ledger()
    ledger.rejected["no span id"] = 2
    ledger.field_faults["gen_ai.usage.input_tokens"] = 1
    again.load(ledger.dump())
    assert again == ledger


def test_what_is_published_does_not_move_afterwards():
    ledger = Ledger(received=1)
    published = ledger.dump()
    ledger.rejected["no span id"] += 1
    ledger.received += 1
    assert (published["received"], published["rejected"]) == (1, {})
