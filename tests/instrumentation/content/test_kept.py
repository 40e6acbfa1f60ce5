from spanwise.content.kept import MAX_KEPT_BYTES, Kept


def test_pieces_are_kept_in_their_order():
    kept = Kept()
    kept.add(b"a")
    kept.add(b"b")
    assert (kept.pieces, kept.cut) == ([b"a", b"b"], False)


def test_an_endless_stream_keeps_its_beginning_and_says_that_it_was_cut():
    kept = Kept()
    for _ in range(3):
        kept.add(b"x" * (MAX_KEPT_BYTES // 2))
    kept.add(b"y")
    assert (len(kept.pieces), kept.cut) == (2, True)


def test_half_a_body_is_not_kept():
    kept = Kept()
    kept.add_body(b"x" * (MAX_KEPT_BYTES + 1))
    assert (kept.body, kept.cut) == (None, True)
    kept = Kept()
    kept.add_body(b"{}")
    assert (kept.body, kept.cut) == (b"{}", False)
