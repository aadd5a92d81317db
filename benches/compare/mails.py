"""Mail for a support desk, invented from a seed: the people of a register write about their codes, and the rest that a mailbox gets comes along.

    mails.py DIRECTORY --count 20 --seed 12 --out DIR      # to look at; the benchmarks import it

DIRECTORY holds the five CSV files of directory.py. Only people whose registered address is under .example write.
"""

import argparse
import base64
import binascii
import csv
import html
import pathlib
import random
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from email.header import Header
from email.utils import format_datetime
from itertools import groupby

import phrases

DESK = "support@nexam.example"
AUTHSERV = "mx.nexam.example"
BEGAN = datetime(2026, 11, 9, 7, 0, tzinfo=timezone(timedelta(hours=-5)))
SMALLEST, LARGEST = 2_048, 8_192
# Shares of the mailbox, in percent.
KINDS = {"request": 84, "thanks": 5, "automatic": 3, "newsletter": 8}
SAME_ID, SAME_MAIL = 0.01, 0.01


class Writer:
    """Somebody of the register, and what they would write about."""

    __slots__ = ("first", "last", "email", "language", "institution", "course", "title", "code")

    @property
    def name(self):
        return f"{self.first} {self.last}"


def _rows(folder, name):
    with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def writers(folder):
    """Who writes: the candidates whose address is under .example."""
    institutions = {row["institution_id"]: row["name"] for row in _rows(folder, "institutions")}
    evaluations = {row["evaluation_id"]: row for row in _rows(folder, "evaluations")}
    sits, codes = defaultdict(list), {}
    for row in _rows(folder, "registrations"):
        sits[row["candidate_id"]].append(evaluations[row["evaluation_id"]])
    for row in _rows(folder, "invitations"):
        codes[row["candidate_id"]] = row["code"]
    found = []
    for row in _rows(folder, "candidates"):
        mine = sits[row["candidate_id"]]
        if not mine or not row["email"].endswith(".example"):
            continue
        one = Writer()
        one.first, one.last, one.email, one.language = row["first_name"], row["last_name"], row["email"], row["language"]
        one.institution, one.course = institutions[row["institution_id"]], mine[0]["course_code"]
        one.title, one.code = mine[0][f"title_{one.language}"], codes.get(row["candidate_id"], "K7QT2M9XRA")
        found.append(one)
    return found


def _fields(rng, who):
    return {
        "course": who.course,
        "title": who.title,
        "institution": who.institution,
        "code": who.code,
        "email": who.email,
        "day": rng.choice(phrases.DAYS[who.language]),
        "hour": rng.choice(phrases.HOURS[who.language]),
        "number": rng.randint(100, 199),
    }


def _request(rng, who, fields):
    """Subject and own words of somebody who cannot get in."""
    say = phrases.REQUESTS[who.language]
    parts = rng.sample(say["before"], rng.choice((0, 1, 1, 2)))
    parts.append(rng.choice(say["problem"]))
    if rng.random() < 0.12:
        parts.append(rng.choice(say["problem"]))
    parts += rng.sample(say["tried"], rng.choice((0, 1, 1, 2, 3)))
    parts.append(rng.choice(say["question"]))
    half = rng.randint(1, len(parts))
    paragraphs = [rng.choice(say["greeting"]), " ".join(parts[:half])] + ([" ".join(parts[half:])] if parts[half:] else [])
    paragraphs += [rng.choice(say["closing"]), f"{who.name}\n{rng.choice(say['role'])}"]
    return rng.choice(say["subject"]).format(**fields), "\n\n".join(paragraphs).format(**fields)


def _thanks(rng, who, fields):
    say = phrases.REQUESTS[who.language]
    words = rng.choice(phrases.THANKS[who.language])
    text = f"{rng.choice(say['greeting'])}\n\n{words}\n\n{rng.choice(say['closing'])}\n\n{who.name}"
    return f"Re: {rng.choice(say['subject'])}".format(**fields), text.format(**fields)


def _newsletter(rng, who, fields):
    title, lines = phrases.NEWS[who.language]
    text = "\n\n".join(rng.sample(lines, len(lines)) + rng.sample(lines, 3))
    return title.format(**fields), text.format(**fields)


def _automatic(rng, who, fields):
    subject, text = rng.choice(phrases.AWAY[who.language])
    fields = {**fields, "subject": "Nexam"}
    return subject.format(**fields), f"{text}\n\n{who.name}\n{who.institution}".format(**fields)


def _quoted(text, head):
    return head + "\n\n" + "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _tail(rng, who, fields, sent, room):
    """What programs hang below a message: a legal footer, and the conversation so far, until the room is used."""
    say, pieces = phrases.REQUESTS[who.language], []
    if rng.random() < 0.4:
        pieces.append(rng.choice(phrases.LEGAL[who.language]).format(**fields))
        room -= len(pieces[0].encode())
    history, depth = [], 0
    while room > 500 and depth < 12:
        own = depth % 2 == 0
        words = rng.choice((phrases.INVITATION, phrases.ANSWER))[who.language] if own else _request(rng, who, fields)[1]
        head = say["quoted" if words is phrases.INVITATION[who.language] else "asked"] if own else f"{{sent}}, {who.name}:"
        part = _quoted(words.format(**fields), head.format(sent=sent(depth)))
        if history and len(part.encode()) > room:
            break
        history.append(part)
        room -= len(part.encode()) + 2
        depth += 1
    return pieces + history


def _encoded(text, encoding):
    if encoding == "base64":
        return base64.encodebytes(text.encode()).decode()
    if encoding == "quoted-printable":
        return binascii.b2a_qp(text.encode(), istext=True).decode() + "\n"
    return text + "\n"


def _part(kind, text, encoding):
    return f"Content-Type: text/{kind}; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n{_encoded(text, encoding)}"


def _as_html(text):
    blocks = []
    for quoted, lines in groupby(text.split("\n"), key=lambda line: line.startswith(">")):
        lines = "<br>".join(html.escape(line.lstrip("> ") if quoted else line) for line in lines)
        blocks.append(f'<blockquote style="margin-left:1ex">{lines}</blockquote>' if quoted else f"<div>{lines}</div>")
    return f'<html><head><style>blockquote {{color:#555}}</style></head><body><div dir="ltr">{"".join(blocks)}</div></body></html>'


def _body(rng, text):
    """MIME from `Content-Type` on: plain, HTML alternative or HTML alone."""
    encoding = rng.choice(("quoted-printable", "quoted-printable", "base64", "8bit"))
    shape = rng.random()
    if shape < 0.5:
        return _part("plain", text, encoding)
    if shape < 0.6:
        return _part("html", _as_html(text), "quoted-printable")
    edge = f"=_{rng.getrandbits(80):020x}"
    parts = "".join(f"--{edge}\n{part}\n" for part in (_part("plain", text, encoding), _part("html", _as_html(text), "quoted-printable")))
    return f'Content-Type: multipart/alternative; boundary="{edge}"\n\n{parts}--{edge}--\n'


def _signature(rng, length):
    letters = base64.b64encode(rng.randbytes(length)).decode()
    return "\n ".join(letters[at : at + 70] for at in range(0, len(letters), 70))


def _headers(rng, who, when, message_id, subject, extra):
    """From Return-Path to MIME-Version, as they stand behind one's own mail server."""
    domain, stamp = who.email.rsplit("@", 1)[1], format_datetime(when)
    sender = f"{Header(who.name, 'utf-8', maxlinelen=200).encode() if not who.name.isascii() else who.name} <{who.email}>"
    subject = subject if subject.isascii() else Header(subject, "utf-8", header_name="Subject").encode()
    lines = [
        f"Return-Path: <{who.email}>",
        f"Received: from mail.{domain} (mail.{domain} [192.0.2.{rng.randint(1, 254)}])\n by {AUTHSERV} (Postfix) with ESMTPS id {rng.getrandbits(40):X}"
        f"\n for <{DESK}>; {stamp}",
        f"Authentication-Results: {AUTHSERV}; spf=pass smtp.mailfrom={who.email};\n dkim=pass header.d={domain} header.s=s1; dmarc=pass header.from={domain}",
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=s1;\n h=from:to:subject:date:message-id;\n"
        f" bh={_signature(rng, 32)};\n b={_signature(rng, 128)}",
        f"Received: from [10.0.{rng.randint(0, 9)}.{rng.randint(2, 250)}] by mail.{domain} with ESMTPSA; {stamp}",
        f"From: {sender}",
        f"To: Nexam Support <{DESK}>",
        f"Subject: {subject}",
        f"Date: {stamp}",
        f"Message-ID: {message_id}",
        *extra,
        "MIME-Version: 1.0",
    ]
    return "\n".join(lines) + "\n"


class Mailbox:
    """Mails one after another; the same for the same seed."""

    def __init__(self, folder, seed):
        self.rng = random.Random(f"{seed} mails")
        self.writers = writers(pathlib.Path(folder))
        self.number = 0
        self.ids, self.made = [], []

    def mails(self, count):
        """`count` mails: now and then an exact copy, or another text under a Message-ID that was there before."""
        for _ in range(count):
            if self.made and self.rng.random() < SAME_MAIL:
                yield self.rng.choice(self.made)
                continue
            reused = self.rng.choice(self.ids) if self.ids and self.rng.random() < SAME_ID else None
            mail = self.one(self.rng.choices(list(KINDS), KINDS.values())[0], reused)
            if len(self.made) < 2_000:
                self.made.append(mail)
            yield mail

    def one(self, kind, message_id=None):
        """A mail of one kind."""
        rng, self.number = self.rng, self.number + 1
        who, when = rng.choice(self.writers), BEGAN + timedelta(seconds=37 * self.number)
        fields = _fields(rng, who)
        domain = who.email.rsplit("@", 1)[1]
        if message_id is None:
            message_id = f"<{self.number:x}.{rng.getrandbits(64):016x}@mail.{domain}>"
            self.ids.append(message_id)
        extra = []
        if kind == "automatic" and rng.random() < 0.3:
            return self._bounce(who, when, message_id, fields)
        if kind == "automatic":
            extra += ["Auto-Submitted: auto-replied", "X-Auto-Response-Suppress: All", "Precedence: bulk"]
        if kind == "newsletter":
            extra += [f"List-Id: <news.{domain}>", f"List-Unsubscribe: <https://news.{domain}/leave>", "Precedence: bulk"]
        make = {"request": _request, "thanks": _thanks, "automatic": _automatic, "newsletter": _newsletter}[kind]
        subject, words = make(rng, who, fields)
        return self._grown(who, when, message_id, fields, subject, words, extra, kind)

    def _grown(self, who, when, message_id, fields, subject, words, extra, kind):
        """The mail with so much below it that it has a size between the bounds, small ones more often."""
        rng = self.rng
        head = _headers(rng, who, when, message_id, subject, extra)
        wanted = min(LARGEST - 400, SMALLEST + int(rng.expovariate(1 / 1_900)))
        sent = lambda depth: (when - timedelta(days=1 + depth, minutes=rng.randint(0, 600))).strftime("%Y-%m-%d %H:%M")
        room = wanted - len(head) - len(words.encode()) - 300
        tail = [] if kind == "automatic" else _tail(rng, who, fields, sent, room)
        state = rng.getstate()
        while True:
            rng.setstate(state)
            mail = (head + _body(rng, "\n\n".join([words, *tail]))).encode()
            if len(mail) <= LARGEST or not tail:
                break
            tail.pop()
        if len(mail) < SMALLEST:
            mail = mail.replace(b"MIME-Version:", f"X-Seal: {_signature(rng, (SMALLEST - len(mail)) * 3 // 4)}\nMIME-Version:".encode(), 1)
        return mail

    def _bounce(self, who, when, message_id, fields):
        rng, domain = self.rng, who.email.rsplit("@", 1)[1]
        machine = Writer()
        machine.first, machine.last, machine.email, machine.language = "Mail Delivery", "System", f"mailer-daemon@mail.{domain}", who.language
        head = _headers(rng, machine, when, message_id, "Undelivered Mail Returned to Sender", ["Auto-Submitted: auto-replied"])
        head = head.replace(f"<{machine.email}>", "<>", 1)
        edge = f"=_{rng.getrandbits(80):020x}"
        status = f"Reporting-MTA: dns; mail.{domain}\n\nFinal-Recipient: rfc822; {who.email}\nAction: failed\nStatus: 5.1.1\n"
        gone = f"From: Nexam <no-reply@nexam.example>\nTo: {who.email}\nSubject: Invitation to Nexam\n\n{phrases.INVITATION[who.language]}".format(**fields)
        parts = (
            _part("plain", phrases.BOUNCE.format(email=who.email, domain=domain), "8bit"),
            f"Content-Type: message/delivery-status\n\n{status}",
            f"Content-Type: message/rfc822\n\n{gone}\n",
        )
        body = "".join(f"--{edge}\n{part}\n" for part in parts)
        return f'{head}Content-Type: multipart/report; report-type=delivery-status; boundary="{edge}"\n\n{body}--{edge}--\n'.encode()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=12)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    told = parser.parse_args()
    told.out.mkdir(parents=True, exist_ok=True)
    for number, mail in enumerate(Mailbox(told.directory, told.seed).mails(told.count)):
        (told.out / f"{number:06d}.eml").write_bytes(mail)


if __name__ == "__main__":
    main()
