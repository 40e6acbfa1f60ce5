from __future__ import annotations

from pathlib import Path

from spanwise_collector.store.leases import Leases

OLD, OLDER = Path("old"), Path("older")


def test_a_file_that_nobody_reads_goes_at_once():
    leases = Leases()
    leases.give_back(leases.take())
    leases.drop([OLD])
    assert leases.unseen() == [OLD]
    assert leases.unseen() == []


def test_a_file_stays_for_readers_that_began_before_and_for_no_others():
    leases = Leases()
    first = leases.take()
    leases.drop([OLDER])
    second = leases.take()
    leases.drop([OLD])
    third = leases.take()
    assert leases.unseen() == []
    leases.give_back(first)
    assert leases.unseen() == [OLDER]
    leases.give_back(second)
    assert leases.unseen() == [OLD]
    leases.give_back(third)
    assert leases.unseen() == []
