from spanwise_collector.pieces import PieceBook


def key(number):
    return number.to_bytes(16)


def test_a_piece_is_new_until_it_is_saved_and_kept_while_an_entry_holds():
    book = PieceBook()
    number = book.write(b"data", 2)
    assert book.pieces() == (frozenset({number}), {number: b"data"})
    book.saved()
    assert book.pieces() == (frozenset({number}), {})
    book.bury(number, key(1))
    assert book.pieces().keep == {number}
    book.bury(number, key(2))
    assert book.pieces().keep == frozenset()


def test_a_piece_that_no_entry_needs_any_more_is_never_written():
    book = PieceBook()
    book.bury(book.write(b"data", 1), key(1))
    assert book.pieces() == (frozenset(), {})


def test_pieces_of_which_less_than_half_holds_are_thin():
    book = PieceBook()
    thin, thick = book.write(b"", 4), book.write(b"", 4)
    for number in range(3):
        book.bury(thin, key(number))
    for number in range(2):
        book.bury(thick, key(number))
    assert book.thin() == {thin}


def test_of_too_many_pieces_the_smallest_are_thin():
    book = PieceBook()
    big = [book.write(b"", 9) for _ in range(40)]
    small = [book.write(b"", 1) for _ in range(30)]
    assert set(small) <= book.thin()
    assert not set(big) <= book.thin()


def test_a_checkpoint_tells_which_entries_do_not_hold_and_goes_on_counting():
    first, second = PieceBook(), PieceBook()
    one, two = first.write(b"", 2), first.write(b"", 1)
    first.bury(one, key(1))
    assert second.load(first.dump()) == {one: {key(1)}, two: set()}
    assert second.pieces() == (frozenset({one, two}), {})
    assert second.write(b"", 1) not in {one, two}
    second.bury(one, key(2))
    assert one not in second.pieces().keep
