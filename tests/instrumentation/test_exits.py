import multiprocessing
import multiprocessing.util

import uvicorn.server

from spanwise import exits, unfinished


class Open:
    def __init__(self):
        self.ended = False

    def end(self, error_type=None):
        del error_type
        self.ended = True

    def leave_to_parent(self):
        pass


def test_uvicorn_is_left_as_it_was():
    before = uvicorn.server.Server.__dict__["shutdown"]
    exits.watch()
    assert uvicorn.server.Server.__dict__["shutdown"] is not before
    exits.unwatch()
    assert uvicorn.server.Server.__dict__["shutdown"] is before


async def test_uvicorn_ends_what_is_under_way_after_its_own_shutdown(monkeypatch):
    order = []

    async def shutdown(_server, sockets=None):
        order.append(sockets)

    monkeypatch.setattr(uvicorn.server.Server, "shutdown", shutdown)
    exits.watch()
    one = Open()
    unfinished.UNDER_WAY.add(one)
    try:
        await uvicorn.server.Server(uvicorn.Config("app:none")).shutdown(sockets=[])
    finally:
        exits.unwatch()
        unfinished.UNDER_WAY.discard(one)
    assert (order, one.ended) == ([[]], True)


def test_forked_child_ends_what_it_began_and_does_nothing_once_unwatched():
    exits.watch()
    exits.unwatch()
    finalizers = len(multiprocessing.util._finalizer_registry)
    multiprocessing.util._run_after_forkers()
    assert len(multiprocessing.util._finalizer_registry) == finalizers + 1
    one = Open()
    unfinished.UNDER_WAY.add(one)
    multiprocessing.util._run_finalizers(exits._LAST)
    unfinished.UNDER_WAY.discard(one)
    assert one.ended is False
