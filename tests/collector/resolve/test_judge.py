from spanwise_collector.resolve.judge import Related, Told, judge
from tests.collector.resolve.test_call import made

ALL, NOTHING = Told(usage=True, cost=True, ttft=True), Told(usage=False, cost=False, ttft=False)


def whole(**marks):
    return made(**({"used": True, "priced": True, "timed": 1} | marks))


def related(above=(), below=(), twins=(), beside=(), *, in_total=False):
    return Related(above, below, twins, beside, in_total)


def test_the_first_call_below_another_is_a_duplicate_and_the_second_a_call_without_numbers_of_its_own():
    outer, first, second = whole(), made(), made()
    assert judge(first, ALL, related([outer])) == NOTHING
    assert (first.called, outer.outer) == (False, True)
    assert judge(second, ALL, related([outer])) == Told(usage=False, cost=False, ttft=True)
    assert second.called


def test_what_lies_around_a_known_call_is_a_duplicate():
    outer, inner = made(), whole()
    assert judge(outer, ALL, related(below=[inner])) == NOTHING
    assert (outer.called, outer.outer) == (False, True)


def test_numbers_count_from_whoever_tells_them_first():
    inner, outer = whole(used=False), made()
    assert judge(outer, ALL, related(below=[inner])) == Told(usage=True, cost=False, ttft=False)
    assert (outer.used, outer.priced) == (True, False)


def test_what_a_twin_told_is_known_of_both():
    first, second = whole(used=False, timed=0), made()
    judge(second, ALL, related(twins=[first]))
    assert (first.used, first.timed, second.used, second.priced, second.called) == (True, 1, True, True, False)


def test_a_call_whose_agents_sum_was_counted_is_a_call_without_tokens():
    call = made()
    assert judge(call, ALL, related(in_total=True)) == Told(usage=False, cost=False, ttft=True)
    assert call.called


def test_nothing_around_is_no_relation():
    assert not related()
    assert related(in_total=True)
