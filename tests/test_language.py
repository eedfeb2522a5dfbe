import pytest

from kb_search.language import detect


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The two sides met in the valley on Tuesday and spoke about the road, the water and the school.", "en"),
        ("Переговоры закончились поздно вечером, и стороны договорились о новой встрече в ноябре этого года.", "ru"),
        ("Переговори завершилися пізно ввечері, і сторони домовилися про нову зустріч у листопаді цього року.", "uk"),
        ("Görüşmeler dün akşam geç saatlerde sona erdi ve taraflar kasım ayında yeniden buluşmaya karar verdi.", "tr"),
        ("Danışıqlar axşam gec saatlarda başa çatdı və tərəflər noyabr ayında yenidən görüşməyə razılaşdılar.", "az"),
        ("Բանակցություններն ավարտվեցին ուշ երեկոյան, և կողմերը պայմանավորվեցին կրկին հանդիպել նոյեմբերին։", "hy"),
        ("Die Gespräche endeten spät am Abend, und beide Seiten wollen sich im November noch einmal treffen.", "de"),
        ("Les entretiens se sont terminés tard dans la soirée et les deux parties se reverront en novembre.", "fr"),
    ],
)
def test_languages_are_told_apart(text, language):
    """One sentence is enough, also for languages that share a script and most of their words."""
    found = detect(text)
    assert found.language == language
    assert 0.9 <= found.confidence <= 1


@pytest.mark.parametrize("text", ["", "Talks", "12.11.2023 " * 50, "https://paper.example/talks-about-the-road " * 20])
def test_what_is_too_short_says_nothing(text):
    """Titles, figures and addresses have no language."""
    assert detect(text) is None


def test_quotations_at_the_ends_do_not_decide():
    """The middle of a long article counts, not only a motto in another language above it."""
    motto = "Audiatur et altera pars. "
    english = "The two sides met in the valley on Tuesday and spoke about the road and the school. "
    assert detect(motto * 5 + english * 200).language == "en"
