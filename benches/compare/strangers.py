"""Claims that must not be answered: several fit equally, or nobody does, however near somebody is. Makers as in `registered`."""

import people
from judge import NICKNAMES, sound, squash
from people import fold, tokens
from rapidfuzz.distance import OSA
from register import NAMED, NUMBER, WEB_NAMED

_LOOKALIKE = {"a": "а", "e": "е", "o": "о", "p": "р", "c": "с", "i": "і", "x": "х", "y": "у", "s": "ѕ"}


def prepare(t):
    """Groups of homonyms and of crowded forms, once."""
    register = t.register
    groups, forms = {}, {}
    for who in range(len(register)):
        first, last = t.names(who)
        groups.setdefault((register.where[who], fold(first), fold(last)), []).append(who)
        if register.built[who] in (NAMED, NUMBER) and len(tokens(last)) == len(tokens(first)) == 1:
            forms.setdefault((register.where[who], tokens(first)[0][0], tokens(last)[0]), []).append(who)
    t.groups = [g for g in groups.values() if len(g) > 1]
    t.crowds = [g for g in forms.values() if len(g) > 1]


def ambiguous(t):
    return t.rng.choice((_homonyms, _homonyms, _crowd, _crowd, _crowd, _same_name_address))(t)


def _homonyms(t):
    group = t.rng.choice(t.groups)
    who = group[0]
    first, last = t.names(who)
    shared = set(t.register.sits[who]).intersection(*(t.register.sits[i] for i in group))
    context, fitting = {}, set(group)
    if shared and t.rng.random() < 0.5:
        _, code, english, french, _ = t.register.evaluations[min(shared)]
        context["course"] = t.rng.choice((code, english, french))
    if not context or t.rng.random() < 0.5:
        context["institution"] = t.place(t.institution(who))
        others = t.homonyms(first, last, t.register.where[who], fitting)
    else:
        others = t.sitters(first, last, context["course"], fitting)
    if others:
        return None
    told = t.by_display(first, last) if t.rng.random() < 0.25 else t.by_body(first, last)[0]
    sender = told.get("sender") or t.unrelated(fitting, first, last)
    if sender is None:
        return None
    return t.claim(**told | context | {"sender": sender}), None, "ambiguous", [], "homonyms by " + " and ".join(sorted(context))


def _crowd(t):
    """An initial and a last name that several have."""
    group = t.rng.choice(t.crowds)
    who = t.rng.choice(group)
    first, last = t.names(who)
    initial, family = tokens(first)[0][0], "".join(t.institution(who).style.words(last))
    used = t.rng.choice((f"{initial}.{family}", f"{initial}{family}", f"{family}.{initial}", f"{family}{initial}"))
    scope = f"i{t.register.where[who]}"
    fitting = t.rivals(scope, used, None, None, (), 1)
    if fitting != set(group) or not t.free(used, scope) or len({t.register.built[i] for i in fitting}) > 1:
        return None
    near = {OSA.distance(squash(used), squash(t.parts(i)[0]), score_cutoff=2) for i in fitting}
    if len(near) > 1 and min(near) < 3:
        return None
    kind = t.rng.random()
    told = {} if kind < 0.6 else {"last_name": last} if kind < 0.8 else {"display_name": f"{initial.upper()}. {last}"}
    address = f"{used}@{t.institution(who).domains[0]}"
    claim = t.claim(**told | ({"institution": t.place(t.institution(who))} if t.rng.random() < 0.3 else {}) | t.used(address, {}, initial, last))
    if "address_used" in claim and claim["address_used"] and claim["sender"]:
        claim["sender"] = t.rng.choice((None, address))
    return claim, None, "ambiguous", [], "initial and last name"


def _same_name_address(t):
    """The whole name as a local part; several are called so, and none has that address."""
    group = t.rng.choice(t.groups)
    who = group[0]
    first, last = t.names(who)
    given, family = t.institution(who).style.words(first), t.institution(who).style.words(last)
    used = t.rng.choice((f"{''.join(given)}.{''.join(family)}", f"{''.join(given)}{''.join(family)}", f"{''.join(family)}.{''.join(given)}"))
    scope = f"i{t.register.where[who]}"
    if {t.register.built[i] for i in group} - {NUMBER} and len({squash(t.parts(i)[0]).rstrip("0123456789") for i in group}) > 1:
        return None
    if not t.free(used, scope) or t.rivals(scope, used, first, last, (), 2) - set(group) or t.homonyms(first, last, t.register.where[who], group):
        return None
    if any(t.register.built[i] not in (NAMED, NUMBER) for i in group) or any(squash(t.parts(i)[0]) == squash(used) for i in group):
        return None
    # One of them may be much nearer by the keys than the others: then it could be argued.
    near = {OSA.distance(squash(used), squash(t.parts(i)[0]), score_cutoff=3) for i in group}
    if len(near) > 1:
        return None
    told = t.by_body(first, last)[0] if t.rng.random() < 0.6 else {}
    address = f"{used}@{t.institution(who).domains[0]}"
    return t.claim(**told | t.used(address, told, first, last)), None, "ambiguous", [], "whole name, several so called"


def none(t):
    makers = (
        _stranger,
        _neighbour_name,
        _neighbour_address,
        _other_institution,
        _same_local_elsewhere,
        _neighbour_box,
        _lookalike,
        _suffix,
        _neighbour_number,
    )
    return t.rng.choices(makers, (24, 24, 8, 12, 10, 8, 6, 3, 5))[0](t)


def _at_institution(t, institution, first, last):
    """An address as that institution would give it, and its scope; None where it gives numbers or is taken."""
    style, scope = institution.style, f"i{institution.number}"
    if style.number:
        return None
    local = style.local(first, last) + (str(t.rng.randint(17, 26)) if style.digits == "year" else "")
    return local if t.free(local, scope) else None


def _stranger(t):
    institution = t.rng.choice(t.register.institutions)
    first, last = people.person(t.rng, institution.language)
    if t.homonyms(first, last, institution.number, (), near=True):
        return None
    told = t.by_display(first, last) if t.rng.random() < 0.3 else t.by_body(first, last)[0]
    context, sort = {}, "stranger from web mail"
    if t.rng.random() < 0.6:
        context["institution"] = t.place(institution)
    if t.rng.random() < 0.4 and institution.evaluations:
        context["course"] = t.register.evaluations[t.rng.choice(institution.evaluations)][1]
        if t.sitters(first, last, context["course"], (), near=True):
            return None
    local = _at_institution(t, institution, first, last) if t.rng.random() < 0.55 else None
    if local:
        if t.rivals(f"i{institution.number}", local, first, last, (), 2):
            return None
        used, sort = t.used(f"{local}@{institution.domains[0]}", told, first, last), "stranger at an institution"
    else:
        sender = t.unrelated((), first, last)
        if sender is None:
            return None
        used = {"address_used": sender} if "sender" in told else {"sender": sender}
    return t.claim(**told | context | used), None, "none", [], sort


def neighbour(t, word, of_last):
    """Another real name, one or two keys from this one, that is no other way of writing it."""
    index = t.judge.by_last if of_last else t.judge.by_first
    options = []
    for held in t.judge.near_words(word, of_last):
        if held == word or len(held) < 3 or len(index[held]) < 3 or held in NICKNAMES.get(word, ()) or word in NICKNAMES.get(held, ()):
            continue
        feminine = held == word + "e" or word == held + "e"
        if feminine and (word.endswith("ee") or held.endswith("ee") or min(len(word), len(held)) < 5):
            continue
        if not feminine and (sound(held) == sound(word) or held.startswith(word) or word.startswith(held) or _same_name_elsewhere(held, word)):
            continue
        # A name a hundred times rarer is more likely a slip than a neighbour.
        if len(index[held]) * 100 < len(index[word]):
            continue
        options.append(held)
    return t.rng.choice(sorted(options)) if options else None


def _same_name_elsewhere(a, b):
    """Alexandre and Alexander, Jonathan and Jonathon, Catherine and Catharina: one name in two countries."""
    bones = ["".join(c for c in w if c not in "aeiouy") for w in (a, b)]
    return bones[0] == bones[1] and min(len(a), len(b)) >= 6 and a[:-1] != b[:-1]


def _neighbours(t):
    """Somebody registered, and the name of somebody else that is nearly the same; nobody at the institution has it."""
    who = t.somebody()
    first, last = t.names(who)
    of_last = t.rng.random() < 0.4
    old = (first, last)[of_last]
    if len(tokens(old)) != 1 or len(old) < 4 or not old.isalpha():
        return None
    new = neighbour(t, tokens(old)[0], of_last)
    if new is None:
        return None
    told = (first, new.capitalize()) if of_last else (new.capitalize(), last)
    so_called = {i for i in t.homonyms(*told, t.register.where[who], ()) if tokens(t.names(i)[of_last]) == tokens(old)}
    if t.homonyms(*told, t.register.where[who], so_called):
        return None
    return who, told, so_called | {who}, "last" if of_last else "first"


def _neighbour_name(t):
    found = _neighbours(t)
    if found is None:
        return None
    who, (first, last), besides, side = found
    institution = t.institution(who)
    told = t.by_display(first, last) if t.rng.random() < 0.35 else t.by_body(first, last)[0]
    context = t.some_context(who, 0.4)
    if "course" in context and t.sitters(first, last, context["course"], besides):
        return None
    local = _at_institution(t, institution, first, last)
    if local and t.rng.random() < 0.75:
        if t.rivals(f"i{institution.number}", local, first, last, besides, 2):
            return None
        # An address that does not spell the name in full (an initial, a number) says nothing of the neighbour.
        if not any(squash(w) in squash(local) for w in tokens((first, last)[side == "last"])):
            return None
        used = t.used(f"{local}@{institution.domains[0]}", told, first, last)
        return t.claim(**told | context | used), None, "none", [], f"neighbouring {side} name, address alike"
    sender = t.unrelated(besides, first, last)
    if sender is None:
        return None
    # The box spells the told name, as people's boxes do.
    if not any(fold(w) in squash(sender.split("@")[0]) for w in (first, last)):
        return None
    context.setdefault("institution", t.place(institution))
    used = {"address_used": sender} if "sender" in told else {"sender": sender}
    return t.claim(**told | context | used), None, "none", [], f"neighbouring {side} name"


def _neighbour_address(t):
    """As above, told by the address alone."""
    found = _neighbours(t)
    if found is None:
        return None
    who, (first, last), besides, side = found
    institution = t.institution(who)
    local = _at_institution(t, institution, first, last)
    if not local or not t.is_named(who) or institution.style.first != "full" or institution.style.last != "full" or institution.style.separator == "":
        return None
    if t.rivals(f"i{institution.number}", local, None, None, besides, 2):
        return None
    address = f"{local}@{institution.domains[0]}"
    return t.claim(**t.used(address, {}, first, last, sent=1.0)), None, "none", [], f"neighbouring {side} name, address alone"


def _other_institution(t):
    who, institution = t.somebody(), t.rng.choice(t.register.institutions)
    first, last = t.names(who)
    if institution.number == t.register.where[who] or t.homonyms(first, last, institution.number, (), near=True):
        return None
    told = t.by_body(first, last, parent=0)[0]
    local = _at_institution(t, institution, first, last) if t.rng.random() < 0.6 else None
    if local:
        if t.rivals(f"i{institution.number}", local, first, last, (), 2):
            return None
        used = {"address_used": f"{local}@{institution.domains[0]}"} if t.rng.random() < 0.5 else {"sender": f"{local}@{institution.domains[0]}"}
        return t.claim(**told | used), None, "none", [], "same name, another institution's address"
    sender = t.unrelated({who}, first, last)
    if sender is None or squash(sender.split("@")[0]) == squash(t.parts(who)[0]):
        return None
    return t.claim(**told | {"sender": sender, "institution": t.place(institution)}), None, "none", [], "same name, another institution told"


def _same_local_elsewhere(t):
    who = t.somebody()
    local, domain, scope = t.parts(who)
    if t.register.built[who] not in (NAMED, NUMBER):
        return None
    near = [i for i in t.register.institutions if i.number != t.register.where[who] and OSA.distance(i.domains[0], domain) <= 2]
    if near:
        institution, sort = t.rng.choice(near), "same local part, neighbouring domain"
    else:
        institution, sort = t.rng.choice(t.register.institutions), "same local part, another institution"
    other = f"i{institution.number}"
    if other == scope or not t.free(local, other) or t.rivals(other, local, None, None, (), 2):
        return None
    return t.claim(**t.used(f"{local}@{institution.domains[0]}", {}, "x", "y", sent=1.0)), None, "none", [], sort


def _neighbour_box(t):
    who = t.somebody()
    local, domain, scope = t.parts(who)
    if t.register.built[who] != WEB_NAMED:
        return None
    stem = local.rstrip("0123456789")
    digits = local[len(stem) :]
    # Another number is another box; a number more or less could be argued.
    if len(digits) < 2:
        return None
    used = f"{stem}{int(digits) + t.rng.choice((-1, 1, 2, 10))}"
    if len(used) != len(local) or not t.free(used, scope):
        return None
    told = {"sender": f"{used}@{domain}"} if t.rng.random() < 0.6 else {"address_used": f"{used}@{domain}"}
    return t.claim(**told), None, "none", [], "neighbouring web-mail box"


def _lookalike(t):
    who = t.somebody()
    local, domain, scope = t.parts(who)
    places = [at for at, c in enumerate(local) if c in _LOOKALIKE]
    if t.rng.random() < 0.3:
        label, _, rest = domain.partition(".")
        at = [n for n, c in enumerate(label) if c in _LOOKALIKE]
        if not at:
            return None
        n = t.rng.choice(at)
        used = f"{local}@{label[:n]}{_LOOKALIKE[label[n]]}{label[n + 1 :]}.{rest}"
    elif places:
        n = t.rng.choice(places)
        used = f"{local[:n]}{_LOOKALIKE[local[n]]}{local[n + 1 :]}@{domain}"
    else:
        return None
    told = {"sender": used} if t.rng.random() < 0.4 else {"address_used": used}
    return t.claim(**told), None, "none", [], "look-alike letter"


def _suffix(t):
    who = t.somebody()
    local, domain, _ = t.parts(who)
    used = t.rng.choice((f"{local}@{domain}.mailer.example", f"{local}@{domain}.example", f"{local}@my{domain}"))
    if t.register.scope(used.rpartition("@")[2]) is not None:
        return None
    return t.claim(sender=used), None, "none", [], "domain within another"


def _neighbour_number(t):
    who = t.somebody()
    local, domain, scope = t.parts(who)
    if t.register.built[who] != NUMBER:
        return None
    at = t.rng.randrange(1, len(local))
    digit = str((int(local[at]) + t.rng.randint(1, 9)) % 10) if local[at].isdigit() else None
    if digit is None:
        return None
    used = local[:at] + digit + local[at + 1 :]
    if not t.free(used, scope):
        return None
    told = {"sender": f"{used}@{domain}"} if t.rng.random() < 0.5 else {"address_used": f"{used}@{domain}"}
    return t.claim(**told), None, "none", [], "neighbouring student number"
