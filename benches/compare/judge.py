"""Who else could be meant by a claim: generous on purpose, since an arguable claim is dropped and not scored."""

import bisect
import re
from array import array
from functools import lru_cache

import numpy
from people import PARTICLES, bare, fold, real_names, spelt, tokens
from rapidfuzz import process
from rapidfuzz.distance import OSA
from register import canon

_NICKNAMES = """alexander alex sandy|alexandre alex|alexandra alex sandra|anthony tony|antoine tony|benjamin ben|benoit ben
catherine cathy kate katie|christine chris tina|christopher chris|christophe chris|daniel dan danny|david dave
deborah deb debbie|edward ed eddie ted|elizabeth liz lizzie beth betty lisa|elisabeth lise elise|emmanuel manu
emmanuelle manu|francois frank|frederic fred|frederick fred|gabriel gab gabe|gabrielle gab gaby|gregory greg
guillaume gui|isabelle isa|jacob jake|jacques jack|james jim jimmy jamie|jennifer jen jenny|jeremy jerry
jessica jess jessie|john jack johnny jon|jonathan jon|joseph joe joey|joshua josh|julie ju|kenneth ken kenny|kimberly kim
lawrence larry|margaret maggie meg peggy|mathieu mat|matthieu mat|matthew matt|michael mike mick|michel mike mich
mohamed mo|mohammed mo|muhammad mo|nicholas nick|nicolas nick nico|nicole nicky|olivier oli|oliver ollie
patricia pat patty trish|patrick pat|peter pete|philippe phil|philip phil|rachel rach|rebecca becky
richard rick dick rich|robert bob rob bobby|samantha sam|samuel sam|sebastien seb|stephane steph|stephanie steph
stephen steve|steven steve|susan sue|suzanne suzie|sylvain syl|thomas tom|timothy tim|veronique vero|victoria vicky
vincent vince|virginie vivi|william will bill billy|zachary zach"""
NICKNAMES = {line.split()[0]: tuple(line.split()[1:]) for part in _NICKNAMES.splitlines() for line in part.split("|")}


@lru_cache(maxsize=200_000)
def sound(word):
    """Spellings of one name share it: Mohamed and Mohammed, Katherine and Catherine, Philip and Phillip."""
    if word.startswith(("moham", "muham", "mouham", "mohm")):
        return "mohamed"
    for old, new in (
        ("ph", "f"),
        ("v", "f"),
        ("ck", "k"),
        ("chr", "kr"),
        ("chael", "kael"),
        ("ch", "x"),
        ("th", "t"),
        ("h", ""),
        ("c", "k"),
        ("q", "k"),
        ("y", "i"),
        ("z", "s"),
        ("w", "f"),
        ("ou", "u"),
        ("oo", "u"),
        ("ee", "i"),
        ("ae", "e"),
        ("oe", "o"),
        ("ue", "u"),
        ("ei", "i"),
        ("ai", "e"),
        ("j", "i"),
    ):
        word = word.replace(old, new)
    return re.sub(r"(.)\1+", r"\1", word).rstrip("e")


@lru_cache(maxsize=100_000)
def readings(name):
    """All words that a name holds, whole, joined and in both spellings."""
    words = set()
    for read in (tokens(name), tokens(spelt(name))):
        words.update(bare(read), ["".join(read), "".join(bare(read))])
        words.update(a + b for a, b in zip(read, read[1:]))
    return frozenset(words)


def squash(local):
    return "".join(c for c in fold(local) if c.isalnum())


def alike(told, held, near=True):
    """Whether two names could be one person's: a word, an initial, a nickname, a spelling, and, if `near`, a slip."""
    for a in readings(told):
        for b in readings(held):
            if a == b or len(a) == 1 and b[0] == a or len(b) == 1 and a[0] == b or sound(a) == sound(b):
                return True
            if b in NICKNAMES.get(a, ()) or a in NICKNAMES.get(b, ()) or min(len(a), len(b)) >= 3 and (a.startswith(b) or b.startswith(a)):
                return True
            if near and min(len(a), len(b)) >= 3 and OSA.distance(a, b, score_cutoff=2) <= (1 if max(len(a), len(b)) < 8 else 2):
                return True
    return False


def could_be(told_first, told_last, first, last, near=True):
    """Whether the names told could be this person's, in either order; a name not told speaks against nobody."""
    straight = (not told_first or alike(told_first, first, near)) and (not told_last or alike(told_last, last, near))
    if straight or not (told_first and told_last):
        return straight
    return alike(told_first, last, near) and alike(told_last, first, near)


@lru_cache(maxsize=50_000)
def forms(first, last):
    """Squashed local parts that somebody of that name could be given."""
    made = set()
    for read in (lambda w: w, spelt):
        given, family = tokens(read(first)), tokens(read(last))
        firsts = {"".join(given), *given, *(a + b for a, b in zip(given, given[1:]))}
        lasts = {"".join(family), "".join(bare(family)), *bare(family)}
        lasts.update(p + b for p, b in zip(family, family[1:]) if p in PARTICLES)
        initials = {given[0][0], "".join(w[0] for w in given), *(w[0] for w in given)}
        ends = {family[0][0], bare(family)[0][0], "".join(w[0] for w in bare(family))}
        made.update(a + b for a in firsts | initials for b in lasts)
        made.update(b + a for a in firsts | initials for b in lasts)
        made.update(a + b for a in firsts for b in ends)
        made.update(b + a for a in firsts for b in ends)
        made.update(lasts)
        made.update(firsts)
        for long in lasts:
            made.update(a + long[:n] for a in initials for n in (4, 5, 6, 7) if len(long) > n)
            made.update(long[:n] + a for a in initials for n in (4, 5, 6, 7) if len(long) > n)
    return frozenset(made)


class Judge:
    """Indexes of a register, for the questions a careful person would ask."""

    def __init__(self, register):
        self.register = register
        self.where = numpy.frombuffer(register.where, dtype=numpy.uint16)
        by_last, by_first, boxes = {}, {}, {}
        for number in range(len(register)):
            for index, name in ((by_last, register.last[number]), (by_first, register.first[number])):
                for word in readings(name):
                    index.setdefault(word, array("I")).append(number)
            local, _, domain = register.email[number].rpartition("@")
            scope = register.scope(domain)
            held = boxes.setdefault(scope, (array("I"), []))
            held[0].append(number)
            held[1].append(squash(canon(local, scope)))
        self.by_last = {w: numpy.frombuffer(ids, dtype=numpy.uint32) for w, ids in by_last.items()}
        self.by_first = {w: numpy.frombuffer(ids, dtype=numpy.uint32) for w, ids in by_first.items()}
        self.boxes = boxes
        self.words = frozenset(self.by_last) | frozenset(self.by_first) | real_names()
        self.by_title = {}
        for number, (_, code, english, french, _) in enumerate(register.evaluations):
            for told in (code, english, french):
                self.by_title.setdefault(squash(told), []).append(number)

    def of_institution(self, ids, institution):
        return ids[self.where[ids] == institution]

    def near_boxes(self, scope, squashed, most):
        """(candidate, distance) of mailboxes that are a few keys away."""
        if scope not in self.boxes:
            return []
        ids, locals_ = self.boxes[scope]
        found = process.extract(squashed, locals_, scorer=OSA.distance, score_cutoff=most, limit=40)
        return [(ids[at], distance) for _, distance, at in found]

    def built(self, institution, squashed):
        """Members of the institution whose name can make this local part, with or without its digits."""
        stem = squashed.rstrip("0123456789")
        register, ids = self.register, set()
        for end in range(1, len(stem) + 1):
            for index in (self.by_last, self.by_first):
                for word, rest in ((stem[:end], stem[end:]), (stem[-end:], stem[:-end]), (stem[1:end], stem[:1]), (stem[2:end], stem[:1])):
                    if word in index and len(word) > 1:
                        held = self.of_institution(index[word], institution).tolist()
                        ids.update(i for i in held if not rest or rest[0] in self._initials(i))
        # Cut last names: `jtrembl`.
        if len(stem) in range(5, 9):
            for word in self._prefixed(stem[1:], True) + self._prefixed(stem[:-1], True):
                ids.update(self.of_institution(self.by_last[word], institution).tolist())
        return {i for i in ids if stem in forms(register.first[i], register.last[i])}

    def _initials(self, number):
        return {w[0] for w in readings(self.register.first[number])} | {w[0] for w in readings(self.register.last[number])}

    @lru_cache(maxsize=20_000)
    def _words(self, name, of_last):
        """Words of the register's last (or first) names that are alike to a name told."""
        index, _, sounds, lengths = self._vocabulary(of_last)
        found = set()
        for word in readings(name):
            if len(word) > 1:
                most = 1 if len(word) < 7 else 2
                for length in range(len(word) - most, len(word) + most + 1):
                    near = process.extract_iter(word, lengths.get(length, ()), scorer=OSA.distance, score_cutoff=most)
                    found.update(held for held, _, _ in near)
                found.update(sounds.get(sound(word), ()))
            found.update(self._prefixed(word, of_last))
            found.update(word[:end] for end in range(1, len(word)))
            found.update(w for full, shorts in NICKNAMES.items() if word in shorts for w in (full,) if full in index)
            found.update(w for w in NICKNAMES.get(word, ()) if w in index)
        return tuple(w for w in sorted(found) if w in index)

    @lru_cache(maxsize=2)
    def _vocabulary(self, of_last):
        index = self.by_last if of_last else self.by_first
        sounds, lengths = {}, {}
        for word in index:
            sounds.setdefault(sound(word), []).append(word)
            lengths.setdefault(len(word), []).append(word)
        return index, sorted(index), sounds, lengths

    def _prefixed(self, stem, of_last):
        vocabulary = self._vocabulary(of_last)[1]
        start = bisect.bisect_left(vocabulary, stem)
        return vocabulary[start : bisect.bisect_left(vocabulary, stem + "~", start)]

    def _ids(self, name, of_last, institution):
        index = self.by_last if of_last else self.by_first
        held = [index[w] if institution is None else self.of_institution(index[w], institution) for w in self._words(name, of_last)]
        return numpy.unique(numpy.concatenate(held)) if held else numpy.empty(0, dtype=numpy.uint32)

    def _pairs(self, first, last, institution):
        sides = [self._ids(n, of_last, institution) for n, of_last in ((first, False), (last, True)) if n]
        return sides[0] if len(sides) == 1 else numpy.intersect1d(*sides, assume_unique=True)

    def named(self, first, last, institution=None, near=True):
        """People whose names could be those told, of this institution or of all; in either order."""
        register = self.register
        ids = set(self._pairs(first, last, institution).tolist())
        if first and last:
            ids.update(self._pairs(last, first, institution).tolist())
        return {i for i in ids if could_be(first, last, register.first[i], register.last[i], near)}

    def sitting(self, course):
        """Evaluations that a course as told names."""
        return set(self.by_title.get(squash(course), ()))

    def near_words(self, word, of_last):
        """Words of the register one key away, or two in a long word."""
        return self._words(word, of_last)

    def is_real(self, word):
        return word in self.words
