"""Claims by people who are registered: exact, alias, shortened, typo, name. Each maker answers (claim, who, match, also, sort), or None where a careful person would dispute the answer."""

import people
from judge import NICKNAMES, forms, squash
from people import bare
from rapidfuzz import process
from rapidfuzz.distance import OSA
from register import EXISTING, NAMED, NUMBER, WEB_NAMED, WEB_NICK
from telling import SLIPS, slip

_PLUS = {"gmail.com", "outlook.com", "hotmail.com", "icloud.com", "hotmail.fr", "live.ca", "proton.me"}


def exact(t):
    who = t.somebody()
    first, last = t.names(who)
    address = t.register.email[who]
    told, _, _ = t.told(who, 0.5, 0.3)
    kind = t.rng.random()
    if kind < 0.35:
        sort, written = "letter case", t.rng.choice((address.upper(), address.title(), address.capitalize()))
    elif kind < 0.5:
        sort, written = "spaces", t.rng.choice((f" {address}", f"{address} ", f"  {address} "))
    elif kind < 0.56:
        other, family = people.person(t.rng, "fr")
        told, sort, written = {"first_name": other, "last_name": family, "display_name": f"{other} {family}"}, "another's name", address
    else:
        sort, written = "as registered", address
    claim = t.claim(**told | t.some_context(who, 0.25) | t.used(written, told, first, last))
    return claim, who, "exact", [], sort


def alias(t):
    who = t.somebody()
    first, last = t.names(who)
    local, domain, scope = t.parts(who)
    told, _, _ = t.told(who, 0.45, 0.25)
    if domain == "gmail.com" and t.rng.random() < 0.8:
        plain = local.replace(".", "")
        places = [n for n in range(1, len(plain)) if plain[n - 1 : n + 1].isalpha()]
        cuts = sorted(t.rng.sample(places, min(len(places), t.rng.choice((1, 1, 2))))) if "." not in local else []
        dotted = plain
        for cut in reversed(cuts):
            dotted = dotted[:cut] + "." + dotted[cut:]
        sort, written = t.rng.choice(
            (("dots", f"{dotted}@gmail.com"), ("googlemail", f"{local}@googlemail.com"), ("dots and tag", f"{dotted}+{_tag(t)}@gmail.com"))
        )
    elif domain in _PLUS:
        sort, written = "plus-tag", f"{local}+{_tag(t)}@{domain}"
    elif scope[0] == "i" and scope[1:].isdigit():
        others = [d for d in t.institution(who).domains if d != domain]
        options = [
            ("plus-tag", f"{local}+{_tag(t)}@{domain}"),
            ("sub-domain", f"{local}@{_sub(t)}.{domain}"),
            ("sub-domain", f"{local}@{_sub(t)}.{domain}"),
        ]
        options += [("alias domain", f"{local}@{other}") for other in others * 4] + [
            ("alias sub-domain", f"{local}@{_sub(t)}.{other}") for other in others
        ]
        sort, written = t.rng.choice(options)
    else:
        return None
    if written == t.register.email[who]:
        return None
    claim = t.claim(**told | t.some_context(who, 0.25) | t.used(written, told, first, last))
    return claim, who, "alias", [], sort


def _tag(t):
    return t.rng.choice(("exam", "nexam", "examen", "school", "2026", "x"))


def _sub(t):
    return t.rng.choice(("etu", "etud", "student", "mail", "stu", "edu", "students", "courriel"))


def other_forms(t, who, style):
    """Local parts built of the same name in other ways, each with its sort."""
    first, last = t.names(who)
    given, family = style.words(first), style.words(last)
    plain = list(bare(family))
    sign = t.rng.choice((".", ".", "", "_"))
    whole, surname = "".join(given), "".join(family)
    made = [
        ("initial", given[0][0] + sign + surname),
        ("initial", given[0][0] + sign + surname),
        ("initial behind", surname + sign + given[0][0]),
        ("last initial", whole + sign + plain[0][0]),
    ]
    made += [("word order", surname + sign + whole), ("full form", whole + sign + surname), ("full form", whole + sign + surname)]
    if len(given) > 1 and people.fold(last) not in people.EASTERN:
        made += [
            ("one first name", given[0] + sign + surname),
            ("one first name", given[0] + sign + surname),
            ("initials", "".join(w[0] for w in given) + sign + surname),
        ]
    if len(plain) > 1:
        made += [
            ("one last name", whole + sign + plain[0]),
            ("one last name", given[0][0] + sign + plain[0]),
            ("one last name", whole + sign + plain[-1]),
        ]
    return made


def shortened(t):
    who = t.somebody()
    built = t.register.built[who]
    if built == WEB_NAMED and t.rng.random() < 0.35:
        return _web_shortened(t, who)
    if built not in (NAMED, NUMBER):
        return None
    first, last = t.names(who)
    local, domain, scope = t.parts(who)
    sort, used = t.rng.choice(other_forms(t, who, t.institution(who).style))
    stem = local.rstrip("0123456789").rstrip(".")
    if built == NAMED and stem != local and t.rng.random() < 0.5:
        sort, used = "no digits", stem
    elif built == NAMED and t.rng.random() < 0.1:
        sort, used = "separators", t.rng.choice((local.replace(".", ""), local.replace(".", "_"), local.replace("-", "."), local.replace("_", ".")))
    if built == NUMBER:
        sort = "for a number"
    if used == local or not t.free(used, scope) or squash(used) == squash(local) and sort != "separators":
        return None
    told, told_first, told_last = t.told(who, 0.4, 0.25)
    if squash(used) not in forms(first, last) and sort not in ("separators", "no digits"):
        return None
    if t.rivals(scope, used, told_first, told_last, {who}, 1 if told_first else 2):
        return None
    also = ["typo"] if OSA.distance(squash(used), squash(local)) <= 2 else []
    claim = t.claim(**told | t.some_context(who, 0.25) | t.used(f"{used}@{domain}", told, first, last))
    return claim, who, "shortened", also, sort


def _told_fully(t, who, near=False):
    """Names in text or display name, and institution or course; None where somebody else fits too."""
    first, last = t.names(who)
    told = t.by_display(first, last) if t.rng.random() < 0.25 else t.by_body(first, last)[0]
    kind = t.rng.random()
    context, institution = {}, t.register.where[who]
    if kind < 0.7:
        context["institution"] = t.place(t.institution(who))
    if kind > 0.5:
        context["course"] = t.course(who)
    others = t.homonyms(first, last, institution, {who}, near)
    if "institution" not in context:
        others |= t.sitters(first, last, context["course"], {who}, near)
    return None if others else (told, context)


def _web_shortened(t, who):
    first, last = t.names(who)
    local, domain, scope = t.parts(who)
    sort, used = t.rng.choice(other_forms(t, who, t.institution(who).style))
    if not t.free(used, scope) or squash(used) == squash(local) or t.rivals(scope, used, first, last, {who}, 2):
        return None
    full = _told_fully(t, who)
    if full is None:
        return None
    told, context = full
    also = ["name"] + (["typo"] if OSA.distance(squash(used), squash(local)) <= 2 else [])
    claim = t.claim(**told | context | t.used(f"{used}@{domain}", told, first, last))
    return claim, who, "shortened", also, "web mail"


def typo(t):
    who = t.somebody()
    if t.rng.random() < 0.25:
        return _domain_typo(t, who)
    built = t.register.built[who]
    local, domain, scope = t.parts(who)
    first, last = t.names(who)
    alone = built == NAMED and t.rng.random() < 0.45
    double = not alone and t.rng.random() < 0.12
    kind = t.rng.choice(SLIPS)
    used = slip(t.rng, local, kind, inner=alone)
    if used and double:
        used = slip(t.rng, used, t.rng.choice(SLIPS), inner=True)
    if not used or not t.free(used, scope) or not used[0].isalnum() or not used[-1].isalnum() or squash(used) == squash(local):
        return None
    distance = OSA.distance(squash(used), squash(local))
    digits = [c for c in used if c.isdigit()] != [c for c in local if c.isdigit()]
    if digits and built != NUMBER or distance != 1 + double or len(squash(local)) < 6 or squash(used).rstrip("0123456789") in forms(first, last):
        return None
    if alone and (len(squash(local)) < 7 or _edge_touched(local, used) or _reads_as_another(t, used)):
        return None
    if t.rivals(scope, used, None if alone else first, None if alone else last, {who}, distance + 1):
        return None
    if alone:
        told, context = {}, t.some_context(who, 0.2)
    elif built == NAMED:
        told, context = (t.by_display(first, last) if t.rng.random() < 0.25 else t.by_body(first, last)[0]), t.some_context(who, 0.25)
    else:
        full = _told_fully(t, who)
        if full is None:
            return None
        told, context = full
    sort = "two slips" if double else kind
    sort += {NAMED: ", address alone" if alone else "", NUMBER: " in a number"}.get(built, " at web mail")
    claim = t.claim(**told | context | t.stated(f"{used}@{domain}", told, first, last))
    # So much is told that the name alone would do; a careful person may put it either way.
    also = ["name"] if double and built != NAMED else []
    return claim, who, "typo", also, sort


def _edge_touched(local, used):
    """Whether the slip is at the beginning or end of a word of the local part: there another name begins."""

    def words(text):
        return "".join(c if c.isalpha() else " " for c in text).split()

    before, after = words(local), words(used)
    if len(before) != len(after):
        return True
    return any(a != b and (a[:2] != b[:2] or a[-1] != b[-1]) for a, b in zip(before, after))


def _reads_as_another(t, used):
    """Whether the whole local part can be read as real names."""
    real = t.judge.is_real
    words = "".join(c if c.isalpha() else " " for c in used).split()
    if len(words) > 1:
        return all(len(w) < 2 or real(w) for w in words)
    stem = "".join(words)
    cuts = range(1, len(stem))
    return any((cut == 1 or real(stem[:cut])) and (len(stem) - cut == 1 or real(stem[cut:])) for cut in cuts)


def _domain_typo(t, who):
    local, domain, scope = t.parts(who)
    first, last = t.names(who)
    label, _, rest = domain.partition(".")
    if len(label) >= 6 and t.rng.random() < 0.8 or len(label) == 5 and domain in EXISTING:
        slipped = slip(t.rng, label, t.rng.choice(SLIPS), inner=True)
        used = f"{slipped}.{rest}"
    else:
        slipped = slip(t.rng, rest, t.rng.choice(("transposed", "lost")), inner=True) if len(rest) > 4 else None
        used = f"{label}.{slipped}"
    if not slipped or t.register.scope(used) is not None or len(squash(local)) < 6:
        return None
    known = list(t.register.domains) + sorted(EXISTING)
    near = process.extract(used, known, scorer=OSA.distance, score_cutoff=2, limit=20)
    if any(t.register.scope(d) != scope and (distance < 2 or not t.free(local, t.register.scope(d))) for d, distance, _ in near):
        return None
    told, _, _ = t.told(who, 0.45, 0.15)
    claim = t.claim(**told | t.some_context(who, 0.25) | t.stated(f"{local}@{used}", told, first, last))
    return claim, who, "typo", [], "domain of web mail" if scope in EXISTING else "domain"


def name(t):
    who = t.somebody()
    maker = t.rng.choices((_name_plain, _name_part, _name_slip, _same_local, _institution_address), (50, 12, 9, 12, 17))[0]
    return maker(t, who)


def _name_plain(t, who):
    first, last = t.names(who)
    full = _told_fully(t, who)
    if full is None:
        return None
    told, context = full
    sender = told.get("sender") or t.unrelated({who}, first, last)
    if sender is None:
        return None
    sort = " and ".join(sorted(context))
    return t.claim(**told | context | {"sender": sender}), who, "name", [], sort


_NAMES_THEMSELVES = frozenset("lisa lise elise sandra sandy tina kim jamie".split())


def _name_part(t, who):
    """One of two first or last names, or a nickname."""
    first, last = t.names(who)
    given, family = first.replace("-", " ").split(), last.replace("-", " ").split()
    nicks = [n for n in NICKNAMES.get(people.fold(first), ()) if n not in _NAMES_THEMSELVES]
    options = []
    if len(given) == 2 and len(given[0]) > 2 and people.fold(last) not in people.EASTERN:
        options.append((given[0], last, "one first name"))
    if len(family) == 2 and all(w not in people.PARTICLES for w in people.tokens(last)) and len(people.tokens(last)) == 2:
        options.append((first, family[0], "one last name"))
    options += [(nick.capitalize(), last, "nickname") for nick in nicks]
    if not options:
        return None
    a, b, sort = t.rng.choice(options)
    if t.homonyms(a, b, t.register.where[who], {who}, near=False):
        return None
    sender = t.unrelated({who}, a, b)
    if sender is None:
        return None
    context = {"institution": t.place(t.institution(who))} | ({"course": t.course(who)} if t.rng.random() < 0.4 else {})
    return t.claim(first_name=a, last_name=b, sender=sender, **context), who, "name", [], sort


def _name_slip(t, who):
    """A slip of the keys in a name, such as no other name has it."""
    first, last = t.names(who)
    side = t.rng.randrange(2)
    word = (first, last)[side]
    slipped = slip(t.rng, people.fold(word), t.rng.choice(SLIPS), inner=True)
    if (
        not slipped
        or len(word) < 6
        or not word.isalpha()
        or t.judge.is_real(slipped)
        or not slipped.isalpha()
        or slipped[:2] != people.fold(word)[:2]
    ):
        return None
    told = (slipped.capitalize(), last) if side == 0 else (first, slipped.capitalize())
    if t.homonyms(*told, t.register.where[who], {who}, near=True):
        return None
    sender = t.unrelated({who}, first, last)
    # The address must not spell the name in the same wrong way, nor say anything of its own.
    if sender is None:
        return None
    context = {"institution": t.place(t.institution(who))} | ({"course": t.course(who)} if t.rng.random() < 0.6 else {})
    return t.claim(first_name=told[0], last_name=told[1], sender=sender, **context), who, "name", [], "slip in a name"


def _same_local(t, who):
    """The registered local part at a web-mail domain that has nothing to do with it."""
    local, _, _ = t.parts(who)
    first, last = t.names(who)
    provider = t.rng.choice(("gmail.com", "hotmail.com", "outlook.com", "yahoo.com", "videotron.ca"))
    if not t.is_named(who) or len(squash(local)) < 8 or not t.free(local, provider) or t.rivals(provider, local, first, last, {who}, 2):
        return None
    if t.homonyms(first, last, None, {who}):
        return None
    told = t.by_body(first, last, parent=0)[0]
    return t.claim(**told | t.some_context(who, 0.3) | {"sender": f"{local}@{provider}"}), who, "name", [], "same local part"


def _institution_address(t, who):
    """Registered at web mail, but writes from the institution."""
    if t.register.built[who] not in (WEB_NAMED, WEB_NICK):
        return None
    institution = t.institution(who)
    first, last = t.names(who)
    style, scope = institution.style, f"i{institution.number}"
    used = f"{style.prefix}{t.rng.randint(1_000_000, 9_999_999)}" if style.number else style.local(first, last)
    if not t.free(used, scope) or t.rivals(scope, used, first, last, {who}, 1) or t.homonyms(first, last, institution.number, {who}):
        return None
    told = t.by_body(first, last, parent=0)[0]
    address = f"{used}@{institution.domains[0]}"
    also = ["shortened"] if not style.number else []
    return t.claim(**told | t.some_context(who, 0.3) | t.used(address, told, first, last)), who, "name", also, "institution's address"
