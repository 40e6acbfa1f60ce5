from spanwise.framings.framing import Held


def test_what_is_held_comes_back_whole_once():
    held = Held()
    held.add(b"a")
    held.add(b"bc")
    assert (held.joined(), held.size) == (b"abc", 3)
    assert held.take() == b"abc"
    assert (held.joined(), held.size) == (b"", 0)
