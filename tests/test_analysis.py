"""The one analysis: what is a word, what is its form, what is its stem."""

import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kb_search import analysis, weakwords

# Characters that have broken analyses before, more often than chance would bring them.
TRICKY = "aAsSzZ'’‘ʻ＇İıßẞﬁﬃĳŉǅйЙёЁи\u0301\u0306\u0308\u0345\u200d\u200c\ufe0f´¨ªº²½⑴㊀ｱﾞ亚กำ한हिًﱞ-_.,0１ 　\n\u2028"
TEXTS = st.text(st.one_of(st.sampled_from(TRICKY), st.characters()), max_size=60)


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("run", "run"), ("running", "run"), ("runs", "run"), ("planned", "plan"), ("plan", "plan"),
        ("negotiated", "negoti"), ("negotiating", "negoti"),
    ],
)  # fmt: skip
def test_english_inflections_share_a_stem(word, stem):
    """The inflections of an English word have one stem, and it is not a mangled one such as runn."""
    assert analysis.stem(word, "en") == stem


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("ru", "ереване", "еревану"),
        ("hy", "հայաստանի", "հայաստան"),
        ("tr", "baku'nun", "baku"),
        ("fr", "l'azerbaidjan", "azerbaidjan"),
        ("it", "dell'armenia", "armenia"),
        ("hi", "लड़कियाँ", "लड़की"),
        ("de", "verhandlungen", "verhandlung"),
        ("en-GB", "talks", "talk"),
    ],
)
def test_inflections_share_a_stem_in_other_languages(language, one, other):
    """Endings, elided articles and case suffixes behind an apostrophe go in the language that has them."""
    assert analysis.stem(one, language) == analysis.stem(other, language)


def test_figures_and_unknown_languages_are_not_stemmed():
    """A number is its own stem, and so is every word of a language without a stemmer."""
    assert analysis.stem("1990", "en") == "1990"
    assert analysis.stem("running", "ka") == analysis.stem("running", "") == "running"


def test_a_query_word_stands_for_its_stem_in_each_language():
    """The stems of a query word come in the order of the languages, each once."""
    assert analysis.stems("talks", ("en", "ka", "en-US")) == ("talk", "talks")
    assert analysis.stems("talks", ()) == ("talks",)


def test_threads_stem_as_one_does():
    """Stems do not depend on how many threads ask for them at once."""
    words = [
        f"{start}{end}" for start in ("plan", "talk", "negoti", "fle") for end in ("ning", "ating", "ed", "s")
    ] * 50
    alone = [analysis.stem.__wrapped__(word, "en") for word in words]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda word: analysis.stem.__wrapped__(word, "en"), words)) == alone


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("Baku's", "baku"), ("Baku’s", "baku"), ("BAKU'S", "baku"), ("Baku＇s", "baku"), ("James's", "james"),
        ("Baku's's", "baku"), ("O'Neill’s", "o'neill"), ("states", "states"), ("s", "s"),
        ("café", "cafe"), ("cafe\u0301", "cafe"), ("Əliyev", "əliyev"), ("Ağdam", "agdam"), ("Şuşa", "susa"),
        ("Ærø", "aero"), ("Łódź", "lodz"), ("Ἀθῆναι", "αθηναι"), ("ΐ", "ι"), ("ὀ\u0301", "ο"),
        ("İstanbul", "istanbul"), ("ISPARTA", "isparta"), ("Isparta", "isparta"), ("ısparta", "isparta"),
        ("Straße", "strasse"), ("STRAẞE", "strasse"), ("STRASSE", "strasse"),
        ("ﬁnal", "final"), ("oﬃce", "office"), ("Ｂａｋｕ", "baku"), ("１９９４", "1994"), ("ǅ", "dz"), ("H₂O", "h2o"),
        ("мой", "мой"), ("ёлка", "елка"), ("за́мок", "замок"), ("и\u0306", "й"), ("Київ", "київ"),
        ("Stepʻanakert", "step'anakert"), ("Step‘anakert", "step'anakert"), ("Qurʾan", "qur'an"), ("Lʹvov", "l'vov"),
        ("می‌خواهم", "میخواهم"), ("क्‍ष", "क्ष"),
    ],
)  # fmt: skip
def test_forms_are_folded(written, form):
    """Case, compatibility forms, possessives, and diacritics on Latin and Greek letters make no difference."""
    assert analysis.forms(written) == [form]


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("Nagorno\u2011 Karabakh", ["nagorno", "karabakh"]),
        ("U.S. 10,120", ["u", "s", "10", "120"]),
        ("war¹² in Shusha³.", ["war", "in", "shusha"]),
        ("'quoted' ‘quoted’ ʼtis", ["quoted", "quoted", "tis"]),
        ("snake_case a_b", ["snake", "case", "a", "b"]),
        ("हिन्दी العربيّة", ["हिन्दी", "العربيّة"]),
        ("亚美尼亚", ["亚", "美", "尼", "亚"]),
        ("アゼルバイジャン", list("アゼルバイジャン")),
        ("ｱｾﾞﾙ", ["ア", "ゼ", "ル"]),
        ("か\u3099", ["が"]),
        ("กำ", ["ก", "ํา"]),
        ("葛\U000e0100城", ["葛", "城"]),
        ("2023年11月", ["2023", "年", "11", "月"]),
        ("… — ' \u0301 \u200d ☺", []),
        ("", []),
    ],
)
def test_what_a_word_is(text, forms):
    """A word is a run of letters, figures and the marks on them; without spaces between words, one character is."""
    assert analysis.forms(text) == forms


def test_marks_beyond_the_first_plane_stay_inside_the_word():
    """Vowel signs of scripts such as Chakma, far up in Unicode, do not tear a word apart."""
    word = "\U00011107\U00011127\U00011103"
    assert [unicodedata.category(char) for char in word] == ["Lo", "Mn", "Lo"]
    assert analysis.words(word) == [word]


@given(TEXTS)
@example("baku's's")
@example("\ufc5e\ufc5e")
@example("x" * 63 + "é's")
def test_folding_a_form_gives_the_form_again(text):
    """A form is final, whatever text it was made from."""
    assert analysis.fold(analysis.fold(text)) == analysis.fold(text)
    for form in analysis.forms(text):
        assert analysis.fold(form) == form


@given(TEXTS, st.sampled_from(["en", "ru", "tr", "ar", "hi", "fr", ""]))
def test_terms_hold_no_white_space_and_are_never_empty(text, language):
    """Engines split finished terms at spaces, so neither a form nor a stem may hold one or be nothing."""
    for form in analysis.forms(text):
        assert form
        assert not re.search(r"\s", form)
        assert len(form) <= analysis.MAX_FORM_LENGTH
        stem = analysis.stem(form, language)
        assert stem
        assert not re.search(r"\s", stem)


@given(TEXTS)
def test_tokens_words_and_forms_agree(text):
    """The offsets of the tokens give back the words, in order and apart, and their forms are the forms."""
    tokens = list(analysis.tokens(text))
    assert [text[start:end] for start, end, _ in tokens] == analysis.words(text)
    assert [form for _, _, form in tokens] == analysis.forms(text)
    edges = [edge for start, end, _ in tokens for edge in (start, end)]
    assert edges == sorted(edges)
    assert all(start < end for start, end, _ in tokens)


@given(TEXTS)
def test_every_letter_and_figure_belongs_to_a_word(text):
    """Nothing that can be searched for falls between the words, but for raised figures and stray apostrophes."""
    covered = {place for start, end, _ in analysis.tokens(text) for place in range(start, end)}
    left_over = {char for place, char in enumerate(text) if place not in covered and char.isalnum()}
    assert left_over <= set("¹²³⁰⁴⁵⁶⁷⁸⁹ʼʻʾʿʹʺﾞﾟ")


@given(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20))
def test_case_makes_no_difference(word):
    """A word in lower case has the form that it has as it is written."""
    assert analysis.fold(word.lower()) == analysis.fold(word)


@given(TEXTS)
def test_composed_and_decomposed_text_have_the_same_forms(text):
    """A reader whose keyboard writes letter and mark apart finds the same."""
    composed = unicodedata.normalize("NFC", text)
    assert analysis.forms(unicodedata.normalize("NFD", composed)) == analysis.forms(composed)


@pytest.mark.parametrize("rubbish", ["x" * 100_000, "x'" * 50_000, "a\u0301" * 50_000, "\u0915\u093f" * 50_000])
def test_long_rubbish_is_one_short_term(rubbish):
    """A word of any length is one term of bounded length."""
    forms = analysis.forms(rubbish)
    assert len(forms) == 1
    assert analysis.MAX_FORM_LENGTH // 2 <= len(forms[0]) <= analysis.MAX_FORM_LENGTH


def test_long_words_are_not_remembered_whole():
    """The memory of known words holds the beginnings of long ones only."""
    analysis._folded.cache_clear()
    word = "Ü" * 1_000_000
    form = analysis.fold(word)
    assert analysis._folded.cache_info().currsize == 1
    assert analysis.fold(word[:1000]) == form
    assert analysis._folded.cache_info().hits == 1


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Нагорный Карабах", "ru"), ("Լեռնային Ղարաբաղ", "hy"), ("მთიანი ყარაბაღი", "ka"), ("Ναγκόρνο", "el"),
        ("ناغورني قره باغ", "ar"), ("Peace talks", ""), ("Şuşa", ""), ("Baku Баку Baku", ""), ("", ""), ("1994 …", ""),
        ("外務省発表の会談", "ja"), ("会谈结束", "zh"), ("서울", "ko"), ("モスクワ", "ja"),
    ],
)  # fmt: skip
def test_the_script_may_give_the_language_away(text, language):
    """Letters of one script in the majority tell the language; Latin ones do not."""
    assert analysis.language_of_script(text) == language


@pytest.mark.parametrize(
    ("tag", "language"), [("en-US", "en"), ("EN_us", "en"), (" ru ", "ru"), ("zh-Hant-TW", "zh"), ("", "")]
)
def test_a_language_tag_begins_with_its_language(tag, language):
    """Of a BCP 47 tag only the language counts, in whatever case and with whatever separator."""
    assert analysis.base_language(tag) == language


def test_languages_have_english_names():
    """A reader who types the name of a language is told its code."""
    assert analysis.language_named(" Russian ") == "ru"
    assert analysis.language_named("Klingon") == ""


def test_stop_words_are_forms():
    """The lists hold folded words, also for a regional tag, and nothing for a language without a list."""
    assert {"the", "of"} <= weakwords.stop_words("en-GB")
    assert "icin" in weakwords.stop_words("tr")
    assert all(analysis.fold(word) == word for word in weakwords.stop_words("az") | weakwords.stop_words("de"))
    assert weakwords.stop_words("ka") == frozenset()


def test_every_mark_belongs_to_its_letter():
    """Each mark that Unicode has in its first two planes stands within a word, behind a letter."""
    marks = [char for char in map(chr, range(0x300, 0x20000)) if unicodedata.category(char)[0] == "M"]
    assert [char for char in marks if analysis.words(f"क{char}क") != [f"क{char}क"]] == []


WRITTEN = ["Əliyev", "O’Brien's", "Xankəndi", "Ханкенди", "STRASSE", "Խանքենդի", "Baku’s", "İĞDIR", "за́мок", "ΐς"]


@given(st.lists(TEXTS | st.sampled_from(WRITTEN), max_size=6).map(" ".join))
def test_a_sketch_shows_every_form_where_its_word_stands(text):
    """Each form stands in the sketch at the place of its word, unless that is marked as unsure; lengths are equal."""
    sketch = analysis.sketch(text)
    assert len(sketch) == len(text)
    for start, end, form in analysis.tokens(text):
        assert form in sketch[start:end] or analysis.UNSURE in sketch[start:end]
    assert [not char.isspace() for char in text] == [char != " " for char in sketch]


def test_a_sketch_is_sure_of_the_letters_that_articles_are_written_in():
    """Words in English, Azerbaijani, Turkish, Russian, Armenian and Georgian are told without reading them."""
    text = "Əliyev’s İĞDIR’dan Ханкенди, Խանքենդի — სტეფანაკერტი; Çiçək\u00a0“naïve”"
    assert analysis.sketch(text) == "əliyev's igdir'dan ханкенди, խանքենդի — სტეფანაკერტი; cicək “naive”"


@given(
    st.text(st.characters(categories=["L", "M", "N"], include_characters="'"), max_size=9),
    st.sampled_from(sorted(analysis._STEMMERS)),
)
def test_a_stemmer_is_asked_only_for_words_in_its_letters(text, language):
    """A word in letters that a stemmer has no rules for stays as it is, which is what the stemmer makes of it."""
    for form in analysis.forms(text):
        stemmed = analysis._stemmer(analysis._STEMMERS[language]).stemWord(form) or form
        assert analysis.stem(form, language) == (form if form.isdecimal() else stemmed)
        assert analysis.stems(form, (language,)) == (analysis.stem(form, language),)


@given(st.text(alphabet="abZ09' _-.’\n\t\x1c\0é", max_size=30))
def test_words_are_the_same_however_they_are_found(text):
    """Plain text is taken apart in another way than text with letters beyond ASCII, and into the same words."""
    assert analysis.words(text) == [text[start:end] for start, end, _ in analysis.tokens(text)]
    assert analysis.words(text) == analysis.words(f"{text} é")[:-1]


@given(st.lists(st.text(alphabet=" aZ'’-.é\u0301½ÆŸß…—\0\x01\u00a0ğ", max_size=12), max_size=4))
def test_pieces_have_the_forms_of_the_words(texts):
    """Folded, the pieces of some texts are their forms, with a gap behind each text and nowhere else."""
    found = analysis.pieces(texts)
    assert found.count(analysis.GAP) == len(texts)
    folded = [piece if piece == analysis.GAP else analysis.fold(piece) for piece in found]
    assert folded == [form for text in texts for form in (*map(analysis.fold, analysis.words(text)), analysis.GAP)]


@given(st.text(st.characters(codec="cp1252"), max_size=30))
def test_forms_are_those_of_each_word_for_itself(text):
    """Text in a Western language is folded as a whole, and into what its words are folded to one by one."""
    assert analysis.forms(text) == [analysis.fold(word) for word in analysis.words(text)]
