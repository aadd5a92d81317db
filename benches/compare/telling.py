"""How people tell who they are: names, addresses, institutions and courses as they stand in mail."""

import people
from judge import could_be, squash
from people import fold, tokens
from register import NAMED, PROVIDERS, canon

_PLACE = {
    "fr": [
        "Je suis à {}.",
        "J'étudie à {} et mon examen approche.",
        "{}",
        "Bonjour, je suis inscrite à {}, session d'automne.",
        "candidat de {}",
        "Mon établissement : {}",
    ],
    "en": [
        "I am at {}.",
        "I study at {} and my exam is soon.",
        "{}",
        "Hello, I am registered with {} for the fall session.",
        "candidate of {}",
        "Institution: {}",
    ],
}
KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
BESIDE = {c: [row[n] for n in (at - 1, at + 1) if 0 <= n < len(row)] for row in KEYS for at, c in enumerate(row)}
SLIPS = ("transposed", "doubled", "lost", "beside")
_WEB = list(PROVIDERS)


def slip(rng, word, kind, inner):
    """One slip of the keys in a word; `inner`: neither its first nor its last letter is touched. None: it cannot be."""
    low, high = (1, len(word) - 1) if inner else (0, len(word))
    if kind == "transposed":
        high -= 1
    if high <= low:
        return None
    at = rng.randrange(low, high)
    c = word[at]
    if not c.isalnum():
        return None
    if kind == "transposed":
        if word[at + 1] == c or not word[at + 1].isalnum():
            return None
        return word[:at] + word[at + 1] + c + word[at + 2 :]
    if kind == "doubled":
        return word[:at] + c + word[at:] if c.isalpha() else None
    if kind == "lost":
        return word[:at] + word[at + 1 :] if c.isalpha() else None
    near = BESIDE.get(c) or ([str((int(c) + 1) % 10)] if c.isdigit() else [])
    return word[:at] + rng.choice(near) + word[at + 1 :] if near else None


class Teller:
    """A register, its judge and the dice."""

    def __init__(self, rng, register, judge):
        self.rng, self.register, self.judge = rng, register, judge

    # What there is.
    def somebody(self):
        return self.rng.randrange(len(self.register))

    def names(self, who):
        return self.register.first[who], self.register.last[who]

    def institution(self, who):
        return self.register.institutions[self.register.where[who]]

    def parts(self, who):
        """Local part, domain, scope of the registered address."""
        local, _, domain = self.register.email[who].rpartition("@")
        return local, domain, self.register.scope(domain)

    def free(self, local, scope):
        return len(local) > 2 and (scope, canon(local, scope)) not in self.register.by_box

    # Who else could be meant.
    def rivals(self, scope, local, first, last, besides, most):
        """People whom the address could mean, not excluded by the names told."""
        squashed = squash(canon(local, scope))
        found = {i for i, _ in self.judge.near_boxes(scope, squashed, most)}
        if scope and scope[0] == "i" and scope[1:].isdigit():
            found |= self.judge.built(int(scope[1:]), squashed)
        return {i for i in found if i not in besides and could_be(first, last, *self.names(i))}

    def homonyms(self, first, last, institution, besides, near=False):
        return self.judge.named(first, last, institution, near) - set(besides)

    def sitters(self, first, last, course, besides, near=False):
        """People of that name, anywhere, who sit a course so told."""
        fitting = self.judge.sitting(course)
        return {i for i in self.judge.named(first, last, None, near) if i not in besides and not fitting.isdisjoint(self.register.sits[i])}

    # How it is told.
    def claim(self, **told):
        fields = ("address_used", "sender", "display_name", "first_name", "last_name", "course", "institution")
        return {field: told.get(field) for field in fields}

    def as_told(self, first, last):
        """The same names as people write them."""
        kind = self.rng.random()
        if kind < 0.15:
            return people.unaccented(first), people.unaccented(last)
        if kind < 0.25:
            return first.lower(), last.lower()
        if kind < 0.33:
            return first, last.upper()
        if kind < 0.38:
            return first.replace("-", " "), last.replace("-", " ")
        if kind < 0.41:
            # Family name first, as many are used to.
            return last, first
        return first, last

    def display(self, first, last):
        return self.rng.choice((f"{first} {last}", f"{first} {last}", f"{first} {last}", f"{last}, {first}", f"{last.upper()} {first}"))

    def place(self, institution):
        if institution.acronym and self.rng.random() < 0.35:
            return self.rng.choice(_PLACE[institution.language]).format(institution.acronym)
        return self.rng.choice(_PLACE[institution.language]).format(institution.name)

    def course(self, who):
        _, code, english, french, _ = self.register.evaluations[self.rng.choice(self.register.sits[who])]
        kind = self.rng.random()
        if kind < 0.4:
            return code
        if kind < 0.55:
            return code.replace("-", " ").lower()
        return french if self.institution(who).language == "fr" else english

    def some_context(self, who, share=0.4):
        """Institution and course, perhaps."""
        told = {}
        if self.rng.random() < share:
            told["institution"] = self.place(self.institution(who))
        if self.rng.random() < share:
            told["course"] = self.course(who)
        return told

    def web_address(self, first, last, nick=0.2):
        """An unregistered web-mail address of somebody so called."""
        a, b = "".join(tokens(first)), "".join(tokens(last))
        for _ in range(20):
            provider = self.rng.choice(_WEB)
            if self.rng.random() < nick:
                local = f"{self.rng.choice(('skate', 'ciel', 'pluie', 'rocket', 'mango', 'tango', 'cactus', 'jazz'))}{self.rng.randint(100, 9999)}"
            else:
                local = self.rng.choice((f"{a}.{b}", f"{a}{b}", f"{a[0]}{b}", f"{b}.{a}")) + self.rng.choice(("", str(self.rng.randint(1, 999))))
            if self.free(local, provider):
                return f"{local}@{provider}"
        return None

    def unrelated(self, who_not, first, last):
        """As `web_address`, and like no registered mailbox there of anybody so called."""
        for _ in range(20):
            address = self.web_address(first, last, nick=0.4)
            if not address:
                continue
            local, _, domain = address.rpartition("@")
            stem = squash(local).rstrip("0123456789")
            # The same local part elsewhere, and the same name, would be evidence.
            same = any(squash(self.parts(i)[0]).rstrip("0123456789") == stem for i in self.judge.named(first, last, near=False) | set(who_not))
            if not same and not self.rivals(domain, local, first, last, who_not, 2):
                return address
        return None

    def by_body(self, first, last, parent=0.12):
        """Names in the text; the sender may be a parent or colleague."""
        told_first, told_last = self.as_told(first, last)
        if self.rng.random() < parent:
            other, family = people.person(self.rng, "fr")
            family = last if self.rng.random() < 0.6 else family
            if fold(other) != fold(first) and not could_be(other, None, first, None):
                sender = self.web_address(other, family, nick=0.1)
                return {"first_name": told_first, "last_name": told_last, "display_name": f"{other} {family}", "sender": sender}, True
        display = self.rng.choice((None, self.display(first, last), f"{first} {last}"))
        return {"first_name": told_first, "last_name": told_last, "display_name": display}, False

    def by_display(self, first, last):
        return {"display_name": self.display(first, last)}

    def told(self, who, both, display=0.0):
        """Names told (shares: in the text, in the display name alone, else none): fields, and the names that count."""
        first, last = self.names(who)
        kind = self.rng.random()
        if kind < both:
            return self.by_body(first, last)[0], first, last
        if kind < both + display:
            return self.by_display(first, last), first, last
        return {}, None, None

    def stated(self, address, told, first, last):
        """Claim fields for an address as stated, or as the sender's own when nobody else sends."""
        if "sender" in told:
            return {"address_used": address}
        if self.rng.random() < 0.15:
            return {"address_used": address, "sender": None}
        return {"address_used": address, "sender": self.web_address(first, last)}

    def used(self, address, told, first, last, sent=0.4):
        """As `stated`, or the mail simply comes from there."""
        if "sender" not in told and self.rng.random() < sent:
            return {"sender": address}
        return self.stated(address, told, first, last)

    def is_named(self, who):
        return self.register.built[who] == NAMED
