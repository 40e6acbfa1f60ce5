from __future__ import annotations

from collections.abc import Callable

from spanwise_alerts.alert import Outcome
from spanwise_alerts.outbox import Attempt, Sought
from spanwise_alerts.plan import Plan
from spanwise_alerts.record.outbox import UNKNOWN
from spanwise_alerts.record.store import Store
from spanwise_alerts.record.trail import Wanted
from tests.alerts.builders import a_letter

HOOK, OTHER = "team/webhook", "team_b/webhook"
DEAD, GONE = Outcome("dead", "answered 404"), Outcome("retry", "no answer")


async def dead(store: Store, *names: str, channel: str = HOOK) -> list[str]:
    """Give up a letter for each of these names; their keys."""
    letters = [a_letter(channel, thread=name, group_key=name) for name in names]
    await store.commit(Plan(1.0, letters=letters))
    await store.settle([Attempt(letter, DEAD, 2.0, 0.0) for letter in letters])
    return [letter.key for letter in letters]


async def test_of_each_group_the_oldest_may_go_and_those_first_that_waited_longest(opened: Callable[[], Store]):
    async with opened() as store:
        letters = [a_letter(thread="a", group_key="a", step=step) for step in (1, 2)]
        letters += [a_letter(thread=name, group_key=name) for name in ("b", "c")]
        await store.commit(Plan(1.0, letters=letters))
        assert [letter.message.group_key for letter in await store.due(HOOK, 1.0, 10)] == ["a", "b", "c"]
        await store.settle([Attempt(letters[0], GONE, 2.0, 5.0)])
        assert [letter.message.group_key for letter in await store.due(HOOK, 4.0, 10)] == ["b", "c"]
        assert await store.next_due_s(HOOK, 4.0) == 5.0
        assert await store.next_due_s(HOOK, 5.0) is None
        assert [letter.message.group_key for letter in await store.due(HOOK, 5.0, 2)] == ["b", "c"]


async def test_however_many_attempts_ended_they_are_kept_together(opened: Callable[[], Store]):
    async with opened() as store:
        letters = [a_letter(thread=name, group_key=name) for name in "abc"]
        await store.commit(Plan(1.0, letters=letters))
        outcomes = [Outcome("delivered"), GONE, DEAD]
        await store.settle([Attempt(letter, how, 2.0, 9.0) for letter, how in zip(letters, outcomes, strict=True)])
        found = {state.key: state for state in await store.letters(Sought())}
        shown = [found[letter.key] for letter in letters]
        assert [(s.status, s.attempts, s.reason, s.ended_s) for s in shown] == [
            ("delivered", 1, "", 2.0), ("pending", 1, "no answer", None), ("dead", 1, "answered 404", 2.0),
        ]  # fmt: skip
        assert [(h.what, h.letter) for h in await store.trail(Wanted())] == [
            (outcome.kind, letter.key) for letter, outcome in zip(letters, outcomes, strict=True)
        ]


async def test_letters_are_found_by_key_status_receiver_and_time_the_newest_first(opened: Callable[[], Store]):
    async with opened() as store:
        (first,) = await dead(store, "a")
        (other,) = await dead(store, "b", channel=OTHER)
        await store.commit(Plan(50.0, letters=[a_letter(thread="c")]))

        async def found(**sought: object) -> list[str]:
            return [state.message.group_key for state in await store.letters(Sought(**sought))]  # type: ignore[arg-type]

        own = '{}:{alertname="llm-latency"}'
        assert await found() == [own, "b", "a"]
        assert await found(limit=1) == [own]
        assert await found(keys=(first, other)) == ["b", "a"]
        assert await found(statuses=("pending",)) == [own]
        assert await found(since_s=2.0) == [own]
        # `_` is a letter of names, and no pattern
        assert await found(receiver="team") == [own, "a"]
        assert await found(receiver="team_b") == ["b"]
        assert await found(receiver="tea") == []


async def test_dead_letters_wait_again_with_their_keys_and_it_is_kept_who_wanted_it(opened: Callable[[], Store]):
    async with opened() as store:
        keys = await dead(store, "a", "b")
        replayed = await store.replay(Sought(keys=(keys[0],)), {HOOK}, 100.0, "ada")
        assert (replayed.keys, replayed.left) == ((keys[0],), {})
        (again,) = await store.due(HOOK, 100.0, 10)
        assert (again.key, again.attempts) == (keys[0], 0)
        await store.settle([Attempt(again, Outcome("delivered"), 101.0, 0.0)])
        (happened,) = await store.trail(Wanted(what=("replayed",)))
        assert (happened.letter, happened.detail["author"]) == (keys[0], "ada")
        assert await store.counts() == {(HOOK, "delivered"): 1, (HOOK, "dead"): 1}


async def test_what_cannot_be_sent_once_more_is_named_with_the_reason(opened: Callable[[], Store]):
    async with opened() as store:
        (of_nobody,) = await dead(store, "a", channel="old/webhook")
        waiting = a_letter(thread="w")
        await store.commit(Plan(50.0, letters=[waiting]))
        replayed = await store.replay(Sought(keys=(of_nobody, waiting.key, "none")), {HOOK}, 100.0, "")
        assert replayed.keys == ()
        assert replayed.left == {
            "none": "there is no such letter", waiting.key: "it is pending, not dead", of_nobody: UNKNOWN,
        }  # fmt: skip
        assert await store.counts() == {("old/webhook", "dead"): 1, (HOOK, "pending"): 1}


async def test_a_replay_of_all_is_of_all_that_are_dead(opened: Callable[[], Store]):
    async with opened() as store:
        keys = await dead(store, "a", "b", "c")
        replayed = await store.replay(Sought(statuses=("dead",)), {HOOK}, 100.0, "")
        assert sorted(replayed.keys) == sorted(keys)
        assert len(await store.due(HOOK, 100.0, 10)) == 3


async def test_letters_of_unknown_channels_are_given_up_with_the_reason(opened: Callable[[], Store]):
    async with opened() as store:
        await store.commit(Plan(1.0, letters=[a_letter("old/webhook")]))
        assert await store.bury([HOOK], 2.0) == 1
        (state,) = await store.letters(Sought())
        assert (state.status, state.ended_s, state.reason) == ("dead", 2.0, f"{UNKNOWN} any more")


async def test_letters_are_counted_also_without_those_that_arrived(opened: Callable[[], Store]):
    async with opened() as store:
        await dead(store, "a", "b")
        letters = [a_letter(thread=name, group_key=name) for name in "cd"]
        await store.commit(Plan(1.0, letters=letters))
        await store.settle([Attempt(letters[0], Outcome("delivered"), 2.0, 0.0)])
        undelivered = {(HOOK, "dead"): 2, (HOOK, "pending"): 1}
        assert await store.counts(delivered=False) == undelivered
        assert await store.counts() == {**undelivered, (HOOK, "delivered"): 1}
