"""An invented register: institutions with confusable domains, their evaluations, and candidates with the addresses that such institutions give."""

import bisect
import string
from array import array
from itertools import accumulate

import people
from people import fold, spelt, tokens

# How many live at each provider, roughly; the domains of one line are one mailbox.
PROVIDERS = {
    "gmail.com": (45, "both"),
    "hotmail.com": (13, "both"),
    "outlook.com": (8, "both"),
    "yahoo.com": (5, "both"),
    "icloud.com": (5, "both"),
    "hotmail.fr": (3, "fr"),
    "yahoo.fr": (2, "fr"),
    "live.ca": (2, "both"),
    "videotron.ca": (3, "fr"),
    "sympatico.ca": (2, "both"),
    "orange.fr": (2, "fr"),
    "free.fr": (1, "fr"),
    "laposte.net": (1, "fr"),
    "yahoo.ca": (2, "both"),
    "hotmail.ca": (1, "both"),
    "live.com": (1, "both"),
    "proton.me": (1, "both"),
    "rogers.com": (1, "en"),
    "shaw.ca": (1, "en"),
    "gmx.de": (1, "en"),
    "btinternet.com": (1, "en"),
    "aol.com": (1, "en"),
    "bell.net": (1, "both"),
}
SAME_MAILBOX = {"googlemail.com": "gmail.com", "me.com": "icloud.com"}
# Domains that exist and must never be taken for a slip of another.
EXISTING = (
    set(PROVIDERS)
    | set(SAME_MAILBOX)
    | set(
        """
    ymail.com gmx.com gmx.net gmx.fr gmx.ch mail.com email.com outlook.fr outlook.ca outlook.be outlook.de outlook.es
    hotmail.co.uk hotmail.be hotmail.de hotmail.es hotmail.it live.fr live.be live.nl live.co.uk msn.com yahoo.co.uk yahoo.de
    yahoo.es yahoo.it yahoo.in protonmail.com pm.me mac.com aim.com aol.fr sfr.fr bbox.fr neuf.fr wanadoo.fr telus.net cogeco.ca
    tuta.com tuta.io zoho.com inbox.com mail.ru qq.com 163.com 126.com gmail.co hotmail.co yahoo.co gmai.com fmail.com gmil.com
    hmail.com gmal.com
    """.split()
    )
)

_HEADS = "Rive Bel Clair Mont Val Haut Fon Grand Noir Blanc Vert Lan Mer Sau Tour Bri Char Dor Ester Ger Hel Iver Jol Kam Lor Mal Nor Pel Quin Ros Sever Tal Var Wil Bor Cal Der Far Gol Har".split()
_TAILS = "mont bin gate ville court bois champ fort marais vigny lac rive ford wick brook ham field dale ston bury leigh haven port mere combe bourg mesnil bert nac zac trie pierre sol val bec lieu".split()
_KINDS = {
    "fr": [
        "Université de {}",
        "Collège de {}",
        "Cégep de {}",
        "École polytechnique de {}",
        "Haute école de santé de {}",
        "Institut de formation de {}",
        "Ordre des infirmières de {}",
        "Faculté de médecine de {}",
        "Institut supérieur de gestion de {}",
        "Centre de formation professionnelle de {}",
        "École de technologie appliquée de {}",
    ],
    "en": [
        "{} University",
        "{} College",
        "University of {}",
        "{} Institute of Technology",
        "{} School of Nursing",
        "College of Physicians of {}",
        "{} Polytechnic",
        "{} Board of Professional Accountants",
        "{} Academy of Dental Hygiene",
        "Northern Institute of Health Sciences {}",
        "Royal School of Applied Arts {}",
    ],
}
_STOP = {"de", "des", "du", "of", "la", "le", "and", "et"}
_SUBJECTS = [
    ("Anatomy", "Anatomie"),
    ("Pharmacology", "Pharmacologie"),
    ("Statistics", "Statistique"),
    ("Criminal Law", "Droit pénal"),
    ("Accounting", "Comptabilité"),
    ("Microbiology", "Microbiologie"),
    ("Ethics", "Déontologie"),
    ("Organic Chemistry", "Chimie organique"),
    ("Linear Algebra", "Algèbre linéaire"),
    ("Thermodynamics", "Thermodynamique"),
    ("Pediatrics", "Pédiatrie"),
    ("Geriatrics", "Gériatrie"),
    ("Marketing", "Mercatique"),
    ("Taxation", "Fiscalité"),
    ("Radiology", "Radiologie"),
    ("Nutrition", "Nutrition humaine"),
    ("Genetics", "Génétique"),
    ("Epidemiology", "Épidémiologie"),
    ("Macroeconomics", "Macroéconomie"),
    ("Databases", "Bases de données"),
    ("Hydrology", "Hydrologie"),
    ("Optics", "Optique"),
    ("Surgery", "Chirurgie"),
    ("Psychometrics", "Psychométrie"),
    ("Audiology", "Audiologie"),
    ("Botany", "Botanique"),
]
_LEVELS = [
    ("Introduction to {}", "Introduction : {}"),
    ("Advanced {}", "{} avancée"),
    ("{}, final examination", "{}, examen final"),
    ("{}, entrance test", "{}, épreuve d'admission"),
    ("Clinical practice in {}", "Pratique clinique : {}"),
]
_NICKS = "tortue lapin hockey soleil panda ninja moto chouette luna pixel ours guitar skater comet renard koala velo neige cookie tigre dragon surf atlas marmotte violette".split()


class Institution:
    __slots__ = ("id", "name", "acronym", "domains", "language", "style", "evaluations", "web_share", "number")

    def __init__(self, **fields):
        for key, value in fields.items():
            setattr(self, key, value)


class Style:
    """How an institution builds local parts."""

    def __init__(self, rng):
        kind = rng.random()
        self.number = kind < 0.14
        self.first = "full" if kind < 0.62 else "initial"
        self.order = "fl" if rng.random() < 0.8 else "lf"
        self.last = "full"
        if self.first == "full" and rng.random() < 0.08:
            self.last = "initial"
        self.separator = rng.choice(("...._-" if self.first == "full" else "....    ")).strip()
        self.compound = rng.choice(("", "", "-", "first"))
        self.spelt = rng.random() < 0.5
        self.digits = rng.choice(("2", "2", "2", ".2", "year"))
        self.prefix = rng.choice(("", "s", "e", "p", "u"))

    def words(self, name):
        read = (lambda w: spelt(w)) if self.spelt else (lambda w: w)
        return [w for part in name.replace("'", "").replace("’", "").replace("-", " ").split() for w in tokens(read(part))]

    def local(self, first, last):
        """The local part this institution would give to the first of that name."""
        given, family = self.words(first), self.words(last)
        if self.compound == "first":
            given, family = given[:1], family[: 1 + next((i for i, w in enumerate(family) if w not in people.PARTICLES), 0)]
            joint = ""
        else:
            joint = self.compound if self.separator != self.compound else ""
        a = given[0][0] if self.first == "initial" else joint.join(given)
        particle_less = [w for w in family if w not in people.PARTICLES] or family
        b = particle_less[0][0] if self.last == "initial" else (joint.join(family) if joint else "".join(family))
        return self.separator.join((a, b) if self.order == "fl" else (b, a))


class Register:
    """Candidates in columns, since a million rows must fit."""

    def __init__(self):
        self.institutions, self.evaluations = [], []
        self.first, self.last, self.email = [], [], []
        self.where, self.built = array("H"), array("B")
        self.sits = []
        self.by_email, self.by_box, self.domains = {}, {}, {}

    def scope(self, domain):
        """`i<n>` for an institution's domains, the provider for web mail, None for another."""
        if domain in self.domains:
            return self.domains[domain]
        provider = SAME_MAILBOX.get(domain, domain)
        if provider in EXISTING:
            return provider
        for at, sign in enumerate(domain):
            if sign == "." and domain[at + 1 :] in self.domains:
                return self.domains[domain[at + 1 :]]
        return None

    def __len__(self):
        return len(self.email)


# How a registered local part came to be.
NAMED, NUMBER, WEB_NAMED, WEB_NICK = range(4)


def canon(local, scope):
    """The mailbox a local part leads to."""
    local = local.split("+", 1)[0] or local
    return local.replace(".", "") if scope == "gmail.com" else local


def _institutions(rng, register, many):
    places = [h + t for h in _HEADS for t in _TAILS]
    rng.shuffle(places)
    acronyms, labels = set(), set()
    while len(register.institutions) < many:
        language = "fr" if rng.random() < 0.55 else "en"
        pattern = rng.choice(_KINDS[language])
        place = places.pop()
        name = pattern.format(place)
        acronym = "".join(w[0] for w in fold(name).split() if w not in _STOP).upper()
        kind = rng.random()
        slug = fold(place)
        # Acronym domains make families of neighbours: isgr, isgm, isgb.
        if len(acronym) >= 4 and acronym not in acronyms and acronym.lower() not in labels:
            primary, alias = acronym.lower(), fold(name).split()[0][:4] + "-" + slug
        elif kind < 0.5:
            primary, alias = "u" + slug, slug
        else:
            primary, alias = slug, rng.choice(("etu", "inst", "my")) + slug
        if primary in labels or alias in labels:
            places.insert(0, place)
            continue
        labels.update((primary, alias))
        distinct = len(acronym) >= 4 and acronym not in acronyms
        acronyms.add(acronym)
        number = len(register.institutions)
        domains = [primary + ".example"] + ([alias + ".example"] if rng.random() < 0.5 else [])
        institution = Institution(
            id=f"INST-{number:04d}",
            number=number,
            name=name,
            acronym=acronym if distinct else None,
            domains=domains,
            language=language,
            style=Style(rng),
            evaluations=[],
            web_share=rng.uniform(0.08, 0.28),
        )
        register.institutions.append(institution)
        for domain in domains:
            register.domains[domain] = f"i{number}"
    told = {}
    for institution in register.institutions:
        letters = "".join(w[0] for w in fold(institution.name).split() if w not in _STOP).upper()
        told.setdefault(letters, []).append(institution)
    for sharing in told.values():
        if len(sharing) > 1:
            for institution in sharing:
                institution.acronym = None


def _evaluations(rng, register):
    for institution in register.institutions:
        spelling = rng.choice(("{}-{}", "{} {}", "{}{}"))
        taken = set()
        for _ in range(rng.randint(4, 24)):
            (subject_en, subject_fr), (level_en, level_fr) = rng.choice(_SUBJECTS), rng.choice(_LEVELS)
            code = spelling.format(
                fold(subject_en)[:3].upper() if rng.random() < 0.8 else fold(subject_en)[:4].upper(),
                rng.randint(100, 499) if rng.random() < 0.4 else rng.randint(1000, 6999),
            )
            if code in taken or subject_en in taken:
                continue
            taken.update((code, subject_en))
            day = f"2026-{rng.choice((11, 12))}-{rng.randint(1, 28):02d}T{rng.choice(('09:00', '13:30', '18:00'))}:00-05:00"
            institution.evaluations.append(len(register.evaluations))
            register.evaluations.append((institution, code, level_en.format(subject_en), level_fr.format(subject_fr), day))


def _web_address(rng, first, last, language):
    provider = _provider(rng, language)
    a, b = "".join(tokens(first)), "".join(tokens(last))
    parted = tokens(last)
    if rng.random() < 0.3 and len(parted) > 1 and parted[0] not in people.PARTICLES:
        b = parted[0]
    kind = rng.random()
    if kind < 0.12:
        nick = rng.choice(_NICKS)
        local = rng.choice((f"{nick}{rng.randint(1, 999)}", f"{a[:4]}_{nick}{rng.randint(1, 99)}", f"{nick}.{a[:5]}{rng.randint(1, 99)}"))
        return local, provider, WEB_NICK
    sign = rng.choice(("", "", ".", ".", "_")) if provider != "gmail.com" else rng.choice(("", ".", ".", ".", "_"))
    form = rng.choice(("fl", "fl", "fl", "fl", "lf", "il", "il", "li"))
    local = {"fl": a + sign + b, "lf": b + sign + a, "il": a[0] + sign + b, "li": b + sign + a[0]}[form]
    if rng.random() < 0.4:
        local += str(rng.choice((rng.randint(60, 99), rng.randint(1, 9), rng.randint(10, 999), rng.randint(1970, 2006))))
    return local, provider, WEB_NAMED


_LIVED = {language: [(p, w) for p, (w, where) in PROVIDERS.items() if where in ("both", language)] for language in ("fr", "en")}
_LIVED_SUMS = {language: list(accumulate(w for _, w in held)) for language, held in _LIVED.items()}


def _provider(rng, language):
    sums = _LIVED_SUMS[language]
    return _LIVED[language][bisect.bisect(sums, rng.random() * sums[-1])][0]


def _address(rng, register, institution, first, last):
    """A free address and how it was built."""
    scope, kind = f"i{institution.number}", NAMED
    if rng.random() < institution.web_share:
        local, domain, kind = _web_address(rng, first, last, institution.language)
        scope = domain
    else:
        domain = institution.domains[-1] if rng.random() < 0.03 else institution.domains[0]
        style = institution.style
        if style.number:
            kind, local = NUMBER, style.prefix + str(rng.randint(1_000_000, 9_999_999))
        else:
            local = style.local(first, last)
            if style.digits == "year":
                local += f"{rng.randint(17, 26)}"
    base, sign, n = local, "." if institution.style.digits == ".2" and kind == NAMED else "", 2
    while (scope, canon(local, scope)) in register.by_box or len(local) < 3:
        local, n = f"{base}{sign}{n}", n + (1 if kind == NAMED else rng.randint(1, 40))
    return f"{local}@{domain}", (scope, canon(local, scope)), kind


def make(rng, candidates):
    """A whole register."""
    register = Register()
    _institutions(rng, register, max(20, min(1000, round(20 * (candidates / 10_000) ** 0.85))))
    _evaluations(rng, register)
    sizes = list(accumulate(1 / (rank + 3) ** 0.75 for rank in range(len(register.institutions))))
    pool = {}
    for number in range(candidates):
        institution = register.institutions[bisect.bisect(sizes, rng.random() * sizes[-1])]
        first, last = people.person(rng, institution.language)
        # Homonyms: now and then somebody is called like a fellow student.
        fellow = pool.get(institution.number)
        if fellow is not None and rng.random() < 0.012:
            first, last = fellow
        if rng.random() < 0.02:
            pool[institution.number] = (first, last)
        email, box, kind = _address(rng, register, institution, first, last)
        register.by_box[box] = number
        register.by_email[email] = number
        dirt = rng.random()
        if dirt < 0.05:
            first, last = fold(first).title(), last.upper()
        elif dirt < 0.12:
            first, last = people.unaccented(first), people.unaccented(last)
        register.first.append(first)
        register.last.append(last)
        register.email.append(email)
        register.where.append(institution.number)
        register.built.append(kind)
        register.sits.append(tuple(dict.fromkeys(rng.choice(institution.evaluations) for _ in range(rng.choice((1, 1, 2, 3))))))
    return register


def code(rng):
    """An invitation code."""
    return "".join(rng.choices(string.ascii_uppercase + "23456789", k=10))
