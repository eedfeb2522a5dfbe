from kb_search.loaders.wholepage import whole_text


def texts(markup):
    """The paragraphs of a page with their levels."""
    return [(block.text, block.level) for block in whole_text(markup)]


def test_boxes_cut_and_words_stay_together():
    """Paragraphs end where boxes and line breaks do; bold letters do not cut a word; headings keep their level."""
    markup = "<h2>The <i>road</i></h2><div>One w<b>or</b>d<br>Two<table><tr><td>Three<td>Four</table></div>Five"
    assert texts(markup) == [("The road", 2), ("One word", 0), ("Two", 0), ("Three", 0), ("Four", 0), ("Five", 0)]


def test_programs_and_menus_are_left_out():
    """Scripts, styles, menus and footers are no text; a form may be the whole page."""
    markup = (
        "<title>T</title><script>a<b</script><style>x</style><nav>Menu</nav><form><p>Text</p></form><footer>F</footer>"
    )
    assert texts(markup) == [("Text", 0)]


def test_a_page_that_is_all_menu_is_read():
    """Where nothing else is left, menus are better than nothing; programs are not."""
    assert texts("<nav><a>One</a></nav><script>x</script>") == [("One", 0)]
    assert texts("<script>x</script>") == []


def test_the_end_may_be_missing():
    """A page that is cut off, in a tag or in a word, gives what it has; letters of several bytes stay whole."""
    assert texts("<p>One</p><p>Two <b") == [("One", 0), ("Two", 0)]
    assert texts(f"<p>{'я' * 70_001}")[0][0] == "я" * 70_001
    assert texts("") == []


def test_what_is_hidden_is_left_out():
    """What a reader does not see is no text, with all that is in it; it is read where there is nothing else."""
    markup = (
        '<p>One</p><div style="color: red; display: none"><img><p>Two<p>Three</div><p hidden>Four<input><p>Five'
        '<p hidden="until-found">Six'
    )
    assert texts(markup) == [("One", 0), ("Five", 0), ("Six", 0)]
    assert texts('<body style="display:none"><p>One</body>') == [("One", 0)]
