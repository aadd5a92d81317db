"""Invented people: names of many tongues, as skewed in frequency as real ones.

The lists are Faker's (and, for the long tail, the census lists of the package `names`), read directly, so that a seed
gives the same people on every machine.
"""

import bisect
import hashlib
import importlib
import pathlib
import unicodedata
from collections import Counter
from functools import cache
from itertools import accumulate

PARTICLES = frozenset("de la da do dos das del della di du des van von den der el al ben bin binti le les abu ould y e ait".split())
_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d", "ł": "l", "Ł": "l", "œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ı": "i"}
)
_SPELT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ø": "oe", "Ø": "Oe", "å": "aa", "Å": "Aa"})


@cache
def fold(text):
    """Lower-case base letters: accents gone, no locale asked."""
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold()


@cache
def spelt(text):
    """Folded with ü as ue, ø as oe, å as aa: the other customary way."""
    return fold(unicodedata.normalize("NFC", text).translate(_SPELT))


@cache
def tokens(name):
    """Folded words of a name; apostrophes join (O'Brien, obrien), everything else parts."""
    joined = fold(name).replace("'", "").replace("’", "")
    return tuple("".join(c if c.isalnum() else " " for c in joined).split())


def bare(words):
    """Words without particles, unless nothing else is left."""
    return tuple(w for w in words if w not in PARTICLES) or tuple(words)


def _listed(locale, *attributes):
    provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
    seen = {}
    for attribute in attributes:
        held = getattr(provider, attribute)
        for name in held if isinstance(held, dict) else sorted(held) if isinstance(held, set | frozenset) else held:
            seen.setdefault(name.strip().title() if name.isupper() else name.strip(), None)
    return [n for n in seen if len(n) > 1 and fold(n).isascii() and n.replace(" ", "").replace("-", "").replace("'", "").replace(".", "").isalpha()]


def _census(file, most):
    folder = pathlib.Path(importlib.import_module("names").__file__).parent
    lines = (folder / file).read_text().splitlines()
    return [(name.capitalize(), float(share) + 0.0005) for name, share, *_ in map(str.split, lines[:most])]


class Frequent:
    """Names drawn by frequency: a few make up much, most are rare."""

    def __init__(self, names, weights):
        self.names = names
        self.sums = list(accumulate(weights))

    def draw(self, rng):
        return self.names[bisect.bisect(self.sums, rng.random() * self.sums[-1])]


def _zipf(names, power, ordered=False):
    if not ordered:
        names = sorted(names, key=lambda n: (-_SHARED[fold(n)], hashlib.sha256(n.encode()).digest()))
    return Frequent(names, [1 / (rank + 4) ** power for rank in range(len(names))])


_BOTH = ("first_names_female", "first_names_male")
_FIRST_LOCALES = "fr_CA fr_FR fr_BE en_US en_GB es_ES es_CO pt_PT de_DE de_AT pl_PL tr_TR no_NO sv_SE fi_FI en_IN yo_NG ig_NG ha_NG tw_GH en_KE fr_DZ nl_NL it_IT".split()
_FIRSTS = {locale: _listed(locale, *_BOTH) for locale in _FIRST_LOCALES}
_WOMEN = {name for locale in ("fr_CA", "fr_FR", "fr_BE") for name in _listed(locale, "first_names_female")}
_SHARED = Counter(fold(n) for held in _FIRSTS.values() for n in held)

_VI_MIDDLE = ["Thị", "Văn", "Minh", "Thanh", "Quang", "Ngọc", "Hoàng", "Đức", "Hữu", "Xuân", "Thu", "Kim", "Bảo", "Gia"]
_VI_GIVEN = [
    "Anh",
    "Linh",
    "Hà",
    "Hương",
    "Lan",
    "Mai",
    "Nam",
    "Hưng",
    "Huy",
    "Thảo",
    "Phương",
    "Trang",
    "Tuấn",
    "Dũng",
    "Khoa",
    "Phúc",
    "Long",
    "Châu",
    "Ngân",
    "Tú",
    "Vy",
    "Hạnh",
    "Hải",
    "Lâm",
    "Thành",
    "Quân",
    "Nhi",
    "Tâm",
    "Yến",
    "Sơn",
    "Trung",
    "Hiếu",
    "Diệp",
    "Uyên",
]
_VI_LAST = [
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Huỳnh",
    "Hoàng",
    "Phan",
    "Vũ",
    "Võ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
    "Lý",
    "Đinh",
    "Trịnh",
    "Mai",
    "Lương",
    "Đoàn",
]
_KO_FIRST = ["Ji", "Min", "Seo", "Hyun", "Soo", "Eun", "Young", "Jae", "Sung", "Kyung", "Hye", "Dong", "Sang", "Jin", "Yoon", "Tae", "Woo", "Ha"]
_KO_SECOND = ["woo", "jun", "hee", "young", "min", "jin", "hyun", "kyung", "ho", "su", "yeon", "ah", "na", "seok", "hoon", "mi", "bin", "eun"]
_KO_LAST = [
    "Kim",
    "Lee",
    "Park",
    "Choi",
    "Jung",
    "Kang",
    "Cho",
    "Yoon",
    "Jang",
    "Lim",
    "Han",
    "Oh",
    "Seo",
    "Shin",
    "Kwon",
    "Hwang",
    "Ahn",
    "Song",
    "Ryu",
    "Hong",
    "Jeon",
    "Bae",
    "Baek",
    "Nam",
    "Moon",
]
_ZH_SECOND = [
    "ming",
    "hua",
    "yan",
    "jing",
    "lin",
    "yu",
    "ping",
    "mei",
    "jun",
    "hui",
    "ying",
    "fei",
    "qing",
    "na",
    "wen",
    "xin",
    "yi",
    "hao",
    "chen",
    "rui",
    "bo",
    "tong",
]
_ZH_FIRST = [
    "Xiao",
    "Jia",
    "Zi",
    "Yu",
    "Wen",
    "Li",
    "Mei",
    "Hai",
    "Yi",
    "Xin",
    "Jing",
    "Si",
    "Hong",
    "Jun",
    "Guo",
    "Zhi",
    "Ya",
    "Chun",
    "Rui",
    "Ming",
    "Shu",
    "Tian",
]


# Family names before or behind given names that are used whole, or of which the last is the one used.
EASTERN = frozenset(fold(n) for n in _VI_LAST + _KO_LAST + _listed("zh_CN", "last_romanized_names"))


def _plain(first, last):
    return lambda rng: (first.draw(rng), last.draw(rng))


def _french(first, last):
    def one(rng):
        given, family = first.draw(rng), last.draw(rng)
        if rng.random() < 0.06 and " " not in given and "-" not in given:
            before = ("Marie", "Anne") if given in _WOMEN else ("Jean", "Marc", "Pierre")
            given = f"{rng.choice(before)}-{given}"
        if rng.random() < 0.09:
            family = f"{family}-{last.draw(rng)}"
        return given, family

    return one


def _spanish(first, last):
    def one(rng):
        given, family = first.draw(rng), last.draw(rng)
        if rng.random() < 0.2 and " " not in given:
            given = f"{given} {first.draw(rng)}"
        return given, f"{family} {last.draw(rng)}" if rng.random() < 0.75 else family

    return one


def _portuguese(first, last):
    def one(rng):
        family = last.draw(rng)
        kind = rng.random()
        if kind < 0.3:
            family = f"{rng.choice(('da', 'de', 'dos', 'do'))} {family}"
        elif kind < 0.5:
            family = f"{last.draw(rng)} {rng.choice(('da', 'de', 'dos'))} {family}"
        elif kind < 0.7:
            family = f"{last.draw(rng)} {family}"
        return first.draw(rng), family

    return one


def _maghreb(first, last):
    def one(rng):
        family = last.draw(rng)
        kind = rng.random()
        if kind < 0.2 and not family.startswith(("El", "Al", "Ben")):
            family = rng.choice(("El ", "El ", "Ben ", "Al-", "Aït ")) + family
        return first.draw(rng), family

    return one


def _vietnamese(last):
    def one(rng):
        given = rng.choice(_VI_GIVEN)
        for _ in range(rng.choice((0, 1, 1, 1, 2))):
            given = f"{rng.choice(_VI_MIDDLE)} {given}"
        family = last.draw(rng)
        return (given, family) if rng.random() < 0.3 else (unaccented(given), unaccented(family))

    return one


def _syllables(firsts, seconds, last, joins):
    def one(rng):
        given, join = rng.choice(firsts), rng.choice(joins)
        if rng.random() < 0.8:
            second = rng.choice(seconds)
            given = given + join + (second.capitalize() if join == " " else second)
        return given, last.draw(rng)

    return one


def unaccented(text):
    """Base letters, letter case kept."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.replace("Đ", "D").replace("đ", "d")) if not unicodedata.combining(c))


def _first(*locales):
    return _zipf(list(dict.fromkeys(n for locale in locales for n in _FIRSTS[locale])), 0.9)


def _last(*locales, ordered=False, attributes=("last_names",)):
    return _zipf(list(dict.fromkeys(n for locale in locales for n in _listed(locale, *attributes))), 0.8, ordered)


def _census_people():
    first = _census("dist.female.first", 3000) + _census("dist.male.first", 1200)
    last = _census("dist.all.last", 45000)
    return _plain(Frequent(*map(list, zip(*first))), Frequent(*map(list, zip(*last))))


# (share where French is spoken, share where English is, how one is drawn)
_CULTURES = [
    (0.44, 0.05, _french(_first("fr_CA", "fr_FR"), _last("fr_CA", ordered=True))),
    (0.14, 0.03, _french(_first("fr_FR", "fr_BE"), _last("fr_FR", ordered=True))),
    (0.05, 0.01, _french(_first("fr_BE"), _last("fr_BE", ordered=True))),
    (0.09, 0.02, _maghreb(_first("fr_DZ"), _last("fr_DZ"))),
    (0.05, 0.06, _plain(_first("yo_NG", "ig_NG", "ha_NG", "tw_GH"), _last("yo_NG", "ig_NG", "ha_NG", "tw_GH"))),
    (0.03, 0.05, _vietnamese(_zipf(_VI_LAST, 1.1, ordered=True))),
    (0.04, 0.06, _spanish(_first("es_ES", "es_CO"), _last("es_CO", "es_ES", ordered=True))),
    (0.02, 0.03, _portuguese(_first("pt_PT"), _last("pt_PT"))),
    (0.03, 0.16, _plain(_first("en_US"), _last("en_US", ordered=True))),
    (0.02, 0.12, _plain(_first("en_GB"), _last("en_GB"))),
    (0.02, 0.12, _census_people()),
    (0.01, 0.03, _plain(_first("de_DE", "de_AT"), _last("de_DE", "de_AT"))),
    (0.01, 0.03, _plain(_first("pl_PL"), _last("pl_PL", attributes=("male_last_names", "unisex_last_names"), ordered=True))),
    (0.01, 0.02, _plain(_first("tr_TR"), _last("tr_TR"))),
    (0.005, 0.03, _plain(_first("no_NO", "sv_SE", "fi_FI"), _last("no_NO", "sv_SE", "fi_FI"))),
    (0.005, 0.02, _plain(_first("nl_NL", "it_IT"), _last("nl_NL", "it_IT"))),
    (0.02, 0.07, _syllables(_ZH_FIRST, _ZH_SECOND, _zipf(_listed("zh_CN", "last_romanized_names"), 0.8), ("", "", " ", "-"))),
    (0.005, 0.03, _syllables(_KO_FIRST, _KO_SECOND, _zipf(_KO_LAST, 1.0, ordered=True), ("", " ", "-"))),
    (0.01, 0.10, _plain(_first("en_IN"), _last("en_IN"))),
    (0.005, 0.03, _plain(_first("en_KE"), _last("en_KE", ordered=True))),
]
_DRAWS = [draw for _, _, draw in _CULTURES]
_SUMS = {"fr": list(accumulate(c[0] for c in _CULTURES)), "en": list(accumulate(c[1] for c in _CULTURES))}


def person(rng, language):
    """First and last name of somebody at an institution of that language."""
    sums = _SUMS[language]
    return _DRAWS[bisect.bisect(sums, rng.random() * sums[-1])](rng)


@cache
def real_names():
    """Every word of every list: what a careful person would take for a real name."""
    words = {w for held in _FIRSTS.values() for n in held for w in tokens(n)}
    locales = "fr_CA fr_FR fr_BE fr_DZ en_US en_GB en es_ES es_CO es_MX pt_PT pt_BR de_DE de_AT tr_TR no_NO sv_SE fi_FI en_IN yo_NG ig_NG ha_NG tw_GH en_KE nl_NL it_IT ro_RO".split()
    for locale in locales:
        words.update(w for n in _listed(locale, "last_names") for w in tokens(n))
    words.update(
        w for n in _listed("en", *_BOTH) + _listed("ro_RO", *_BOTH) + _listed("pl_PL", "male_last_names", "unisex_last_names") for w in tokens(n)
    )
    for file in ("dist.female.first", "dist.male.first", "dist.all.last"):
        words.update(fold(n) for n, _ in _census(file, None))
    return frozenset(words)
