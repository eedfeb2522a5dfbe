"""Words that decide whether a full stop ends a sentence: data for `sentences`, written for this project.

All are lower case and without their last full stop. They are fixed on purpose: were they learned from the
collection, sentences would move when it grows, and with them the passages that people have cited.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ENGLISH = _words("""
    mr mrs ms messrs mx dr prof rev fr sr jr esq hon st ste mt ft pres gov sen rep supt amb asst assoc
    gen maj col lt cmdr cmd capt sgt cpl pvt brig adm insp det
    jan feb apr aug sept sep oct nov dec mon tue tues wed thu thur thurs fri
    inc ltd co corp bros dept univ assn govt intl natl mfg
    vs viz cf ca approx soc geogr hist etc al ibid op cit seq et e.g i.e eg ie a.m p.m a.d b.c
    u.s u.k u.n e.u u.s.a u.s.s.r d.c n.y l.a ph.d m.a b.a m.d r.i.p p.s
    vol vols chap sec sect ch pp para eds ave blvd rd hwy jct tel ext misc
    """)
_RUSSIAN = _words("""
    гг вв руб коп тыс млн млрд трлн т.е т.к т.д т.п т.н т.о т.ч и.о н.э д.н
    им ул пл пер просп пр пр-т стр корп кв обл р-н пос дер респ оз г-н г-жа гр тов
    акад проф доц канд чл ред изд сост пер см ср напр англ фр лат греч арм азерб рус др проч
    ген подп кап лейт серж ком нач зам зав гл мл
    янв февр апр авг сент окт нояб дек рис табл гл пп прим ок
    """)
_AZERBAIJANI_TURKISH = _words("""
    prof dos akad mayor gen polk kap küç pr şəh vil müh m.ö e.ə b.e və.s
    sn doç av yrd alb yzb tğm bkz vb vs cad sok mah apt örn yy
    """)
_GERMAN = _words("""
    z.b d.h u.a bzw usw evtl ggf bspw inkl exkl geb gest hr fr dipl ing str abs nr bd jh jhdt s.o s.u
    vgl zzgl ca dr prof okt dez
    """)
_FRENCH = _words("""
    mm mme mlle mgr p.ex c.-à-d janv févr juill sept oct nov déc éd av apr j.-c env
    """)

#: Abbreviations of two letters or more (Punkt takes any single letter for an initial), after which
#: a sentence goes on unless the next word often starts one.
ABBREVIATIONS = _ENGLISH | _RUSSIAN | _AZERBAIJANI_TURKISH | _GERMAN | _FRENCH

#: Words of their own (`no`, `art`, `sat`) that are abbreviations only in front of a number.
NUMBERED = _words("no nos art arts fig figs sat sun mar jun jul ed par doc app res ex ст ном абз кн nr n")

#: Words that follow a number with a point without starting a sentence (`3. Oktober`, `19. Jahrhundert`).
ORDINAL_FOLLOWERS = _words("""
    januar februar märz mai juni juli oktober dezember jahrhundert jahrhunderts jahrestag
    """)

#: Words that, capitalised, far more often start a sentence than go on with one.
SENTENCE_STARTERS = _words("""
    the a an this that these those there here he she it they we you i his her its their our my your
    in on at by for from with without after before during since until when while where although though
    because if as once however but and or so yet nor still thus therefore moreover meanwhile nevertheless
    then now later earlier today yesterday tomorrow both each every many most some several few no not
    all another other such who what why how which whether one two three according despite under between
    among over against instead indeed perhaps also even only just to of is are was were do does did
    он она оно они мы вы я его её ее их это этот эта эти тот та те там тут здесь в во на по при под над за из
    от до для без между после перед через около с со к ко у о об но а и или однако поэтому потом затем тогда
    теперь сейчас сегодня вчера завтра если когда пока хотя так также кроме кто что где как почему
    все всё каждый многие некоторые другие не ни нет согласно несмотря впрочем наконец именно
    o bu onlar biz siz mən sən amma ancaq lakin və sonra indi burada orada əgər çünki bir hər bütün
    ama fakat ve şimdi eğer ben sen
    der die das ein eine er sie es wir ihr dieser diese dieses aber und doch dann danach im am auf bei nach
    le la les un une il elle ils elles nous vous ce cette ces mais et puis dans sur après pour
    """)
