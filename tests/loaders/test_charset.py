import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_search.loaders.charset import guess
from tests.loaders.sentences import COMMON, RARE, texts

SENTENCES = [
    (
        "Переговоры в Москве закончились поздно вечером, и стороны договорились о новой встрече.",
        "cp1251 koi8_r iso8859_5 cp866 mac_cyrillic",
    ),
    ("Мост открыт", "cp1251 koi8_r iso8859_5"),
    ("МИНИСТЕРСТВО ИНОСТРАННЫХ ДЕЛ ЗАЯВИЛО ВЧЕРА", "cp1251 koi8_r iso8859_5"),
    ("Сторони домовилися про зустріч у листопаді, повідомив міністр, який її очікує.", "cp1251 koi8_u"),
    ("Преговорите завършиха късно вечерта и страните се договориха да се срещнат отново.", "cp1251"),
    ("Преговори су завршени касно увече, а стране су се договориле о новом сусрету.", "cp1251 iso8859_5"),
    ("Görüşmeler dün akşam sona erdi; dışişleri bakanı açıklama yapacağını söyledi.", "iso8859_9 cp1254"),
    ("Bakan yarın görüşmek istiyor.", "iso8859_9"),
    ("Le président a déclaré que l’accord était prêt à être signé après un été difficile.", "cp1252"),
    ("Die Gespräche über die Straße führten zu größerer Nähe.", "cp1252 iso8859_1"),
    ("La reunión terminó mañana, según el señor ministro de Relaciones.", "cp1252"),
    ("As negociações não são fáceis, disse o ministro.", "cp1252"),
    ("Rozmowy zakończyły się późno wieczorem, a strony uzgodniły, że spotkają się ponownie.", "cp1250 iso8859_2"),
    ("Jednání skončila pozdě večer a strany se dohodly, že se znovu sejdou příští měsíc.", "cp1250 iso8859_2"),
    ("A tárgyalások későn este értek véget, és a felek megállapodtak, őszintén szólva.", "cp1250 iso8859_2"),
    ("Discuţiile s-au încheiat seara târziu şi părţile au căzut de acord.", "cp1250 iso8859_2"),
    ("Derybos baigėsi vėlai vakare, o šalys susitarė susitikti dar kartą, žinoma.", "cp1257"),
    ("Viðræðunum lauk seint um kvöldið og þeir sömdu um að hittast aftur.", "cp1252"),
    ("Οι συνομιλίες τελείωσαν αργά το βράδυ και συμφώνησαν.", "cp1253 iso8859_7"),
    ("השיחות הסתיימו מאוחר בערב והצדדים הסכימו להיפגש שוב.", "cp1255"),
    ("انتهت المحادثات في وقت متأخر من المساء واتفق الطرفان على اللقاء.", "cp1256 iso8859_6"),
    ("会谈在深夜结束。双方同意在十一月会面。", "gb18030"),
    ("外交部星期二宣布谈判将再持续几个星期。观察员出席了开幕会议。", "gb18030"),
    ("纳戈尔诺-卡拉巴赫的居民离开了家园，汽车长龙堵塞了通往亚美尼亚的公路。", "gb18030"),
    ("阿塞拜疆外交部发言人拒绝置评。", "gb18030"),
    ("会谈结束", "gb18030"),
    ("會談在深夜結束。雙方同意在十一月會面。", "big5"),
    ("停火協議在莫斯科簽署，俄羅斯維和部隊進入該地區。", "big5"),
    ("停戦協定がモスクワで署名された。", "shift_jis euc_jp"),
    ("会談は深夜に終わり、双方は十一月に会うことで合意した。", "shift_jis euc_jp"),
    ("회담은 밤늦게 끝났고 양측은 11월에 만나기로 합의했다.", "euc_kr"),
    ("아제르바이잔 외무부 대변인은 논평을 거부했다.", "euc_kr"),
    ("국제사회는 양측에 자제를 촉구했다.", "euc_kr"),
    ("กระทรวงการต่างประเทศประกาศเมื่อวันอังคารว่าการเจรจาจะดำเนินต่อไปอีกหลายสัปดาห์", "cp874"),
    ("ประชาชนหลายพันคนออกจากบ้านเรือนของตนเมื่อคืนนี้", "cp874"),
    ("The “talks” aren’t over — the minister said.", "cp1252"),
    ("He said the café was naïve.", "cp1252"),
    ("Բանակցությունները սկսվեցին չորեքշաբթի երեկոյան, և պատվիրակները քննարկեցին ճանապարհները։", "armscii_8"),
    ("Կամուրջը բաց է։", "armscii_8"),
]


@pytest.mark.parametrize(("text", "encoding"), [(text, one) for text, many in SENTENCES for one in many.split()])
def test_a_sentence_is_read_in_its_own_encoding(text, encoding):
    """One sentence is enough to tell the old encodings of a script apart."""
    found = guess(text.encode(encoding))
    assert text.encode(encoding).decode(found.encoding) == text
    assert 0 < found.confidence <= 1


def test_a_longer_text_is_surer():
    """What rests on three letters is less sure than what rests on a paragraph."""
    short, long = "Bakan görüşmek istiyor.", SENTENCES[6][0]
    assert guess(short.encode("cp1254")).confidence < guess(long.encode("cp1254")).confidence


def test_tags_and_numbers_say_nothing():
    """Only lines with letters beyond ASCII count, however much else there is."""
    text = "<p class=x>1234</p>\n" * 5000 + "Переговоры закончились поздно вечером.\n" + "<br>\n" * 5000
    assert guess(text.encode("koi8_r")).encoding == "koi8_r"


@pytest.mark.parametrize(("text", "encoding"), [(text, one) for text, many in SENTENCES for one in many.split()])
def test_what_is_rightly_declared_is_believed(text, encoding):
    """However short a text is, no other encoding is preferred to the one that is declared and right."""
    assert text.encode(encoding).decode(guess(text.encode(encoding), encoding).encoding) == text


@pytest.mark.parametrize(
    ("number", "encoding"), [(0, "cp1251"), (0, "koi8_r"), (0, "iso8859_5"), (6, "iso8859_9"), (12, "cp1250")]
)
@pytest.mark.parametrize("declared", ["cp1252", "cp1253"])
def test_what_is_wrongly_declared_is_not(number, encoding, declared):
    """A sentence that reads like no language as declared, and like one in its own encoding, is read in that."""
    text = SENTENCES[number][0]
    assert text.encode(encoding).decode(guess(text.encode(encoding), declared).encoding) == text


def test_a_name_that_is_repeated_proves_nothing():
    """A German page about one Turk, declared as it is, is not taken for Baltic because of his name."""
    raw = ("<p>Herr Doğan sagte, er käme später.</p><a title='Doğan'>Doğan</a>" * 200).encode("iso8859_9")
    assert guess(raw, "iso8859_9").encoding == "iso8859_9"


def test_soft_hyphens_are_part_of_words():
    """Text in which every word has its places to break is still German."""
    text = "ver\xadschie\xadde\xadne Mög\xadlich\xadkei\xadten für groß\xadar\xadti\xadge Wör\xadter"
    assert text.encode("cp1252").decode(guess(text.encode("cp1252")).encoding) == text


def misread(table, length):
    """The texts of so many sentences that are read wrong, with what was guessed, and how many were read."""
    wrong, read = [], 0
    for language, encoding in ((language, one) for language, many in table.items() for one in many):
        for text in texts(language, length):
            try:
                raw = text.encode(encoding)
            except UnicodeEncodeError:
                continue
            found = guess(raw)
            read += 1
            if not raw.isascii() and raw.decode(found.encoding, "replace").translate(CEDILLAS) != text.translate(
                CEDILLAS
            ):
                wrong.append((encoding, found, text))
    return wrong, read


#: Rumanian with commas and with cedillas has the same bytes in two encodings, and is the same to its readers.
CEDILLAS = str.maketrans("şţŞŢ", "șțȘȚ")
COMMON_ONES = {language: [one for one in many if one != "iso2022_jp"] for language, many in COMMON.items()}


@pytest.mark.parametrize("table", [COMMON_ONES, RARE])
def test_texts_are_read_in_their_own_encoding(table):
    """Of some 400 sentences in 34 languages nearly all are read right, and what is not is not said to be sure."""
    wrong, read = misread(table, 1)
    assert read > 350
    assert len(wrong) <= (3 if table is COMMON_ONES else 24), wrong
    assert all(found.confidence < 0.85 for _, found, _ in wrong)


@pytest.mark.parametrize("table", [COMMON_ONES, RARE])
@pytest.mark.parametrize("length", [3, 5])
def test_texts_of_three_sentences_are_read_right(table, length):
    """Three sentences are enough for any encoding, the seldom ones among them."""
    wrong, read = misread(table, length)
    assert read >= 350
    assert not wrong


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Ежедневная газета сообщает: ремонт дороги начнётся после дождя.", "cp1251"),
        ("Жюри выбрало победителя, и зрители поднялися с мест.", "cp1251"),
        ("Наташа и Витя собирают гербарий.", "cp866"),
        ("The soup at the café was cold.", "mac_roman"),
    ],
)
def test_a_letter_is_never_taken_for_a_sign(text, encoding):
    """No sign that stands where no writer puts it, and no letter of another script, wins against a word."""
    assert text.encode(encoding).decode(guess(text.encode(encoding)).encoding) == text


@given(st.binary(max_size=300))
def test_any_bytes_have_an_encoding(raw):
    """Whatever the bytes are, the encoding exists and the confidence is a share."""
    found = guess(raw)
    raw.decode(found.encoding, "replace")
    assert 0 <= found.confidence <= 1
