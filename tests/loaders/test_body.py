from kb_search.loaders.body import Block, Body, compose


def test_pages_begin_where_their_text_does():
    """A page begins at the offset of its first character, also within a paragraph."""
    body = compose([Block("One two.", pages=((0, "1"), (4, "2"))), Block("Three.", pages=((0, "3"),))])
    assert body == Body("One two.\n\nThree.", pages=((0, "1"), (4, "2"), (10, "3")))


def test_pages_that_begin_with_no_text():
    """A page that begins with a heading, the title, or nothing begins where the next text does; at the end, there."""
    blocks = [
        Block("Title", 1, pages=((0, "1"),)), Block("", pages=((0, "2"),)), Block("One."),
        Block("Heading", 2, pages=((0, "3"),)), Block("Two."), Block("", pages=((0, "4"),)),
    ]  # fmt: skip
    assert compose(blocks).pages == ((0, "1"), (0, "2"), (6, "3"), (10, "4"))
