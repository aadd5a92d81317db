"""Whether one bad mailbox makes the others wait: 50 mailboxes, one slow and one broken, beside a single mailbox alone.

many.py --usher target/release/usher [--mailboxes 50] [--seconds 60] [--slow 3] [--json]

One mail is delivered to each good mailbox at a random time, while the server's answers to one mailbox are held back and the port of another
is closed; the slow one gets a mail too. Measured from the delivery to the row in the ledger, to the draft's row, and to the draft in the
mailbox's drafts folder, for those mails that get one. Alone, as many mails go to one mailbox. The aim is a median within a second of alone.
"""

import contextlib
import random
import statistics
import sys
import time

import mails
import measured
from dovecot import Dovecot, free_port
from measured import Unable, Usher, say
from proxy import Proxy

ROWS = """SELECT m.mailbox, m.uid, m.arrived_at, d.created_at, j.at, m.fate FROM message m
    LEFT JOIN ticket t ON t.message_id = m.id LEFT JOIN draft d ON d.ticket_id = t.id
    LEFT JOIN journal j ON j.ticket_id = t.id AND j.event = 'draft saved' ORDER BY m.rowid"""
PARTS = {"ledger": "row in the ledger", "draft": "draft written", "folder": "draft in the drafts folder"}
PATIENCE = 120


def when(rng, many, seconds):
    """Random times of delivery, in order."""
    return sorted(rng.uniform(0, seconds) for _ in range(many))


def delivered(dovecot, plan, mailbox):
    """Delivers by plan [(seconds, user)]; answers {user: [times of delivery]}."""
    began, times = time.monotonic(), {}
    for at, user in plan:
        time.sleep(max(0.0, began + at - time.monotonic()))
        times.setdefault(user, []).append(dovecot.deliver(user, mailbox.one("request")))
    return times


def connected(dovecot, users, usher):
    """Waits until usher holds a connection in IDLE for each user: the first look is done, and what comes now is heard."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        known = {name for (name,) in usher.ask("SELECT name FROM mailbox")} if (usher.folder / "usher.db").exists() else set()
        if known >= set(users):
            # The connection that listens is opened right behind the first look.
            time.sleep(5)
            return
        time.sleep(0.5)
    raise Unable(f"usher did not look into {sorted(set(users) - known)[:5]} within {PATIENCE} s; it said:\n{measured.tail(usher.log)}")


def settled(dovecot, usher, times):
    """Waits until every mail has its draft in the drafts folder; answers the rows by mailbox."""
    until, wanted = time.monotonic() + PATIENCE, sum(map(len, times.values()))
    while time.monotonic() < until:
        rows = [row for row in usher.ask(ROWS) if row[0] in times]
        if len(rows) == wanted and all(row[5] != "waiting" and (row[3] is None or row[4]) for row in rows):
            break
        time.sleep(0.5)
    else:
        state = f"{len(rows)} rows, {sum(r[3] is not None for r in rows)} drafts of which {sum(bool(r[4]) for r in rows)} saved"
        raise Unable(f"of {wanted} mails: {state} after {PATIENCE} s; usher said:\n{measured.tail(usher.log)}")
    for user in times:
        due = sum(row[0] == user and row[3] is not None for row in rows)
        if (found := len(dovecot.drafts(user))) != due:
            raise Unable(f"the drafts folder of {user} holds {found} drafts for {due} in the store")
    return rows


def waits(times, rows):
    """Seconds from delivery to each step, for each mail; a mailbox's mails come in the order of their delivery."""
    left = {user: iter(sent) for user, sent in times.items()}
    found = {part: [] for part in PARTS}
    for user, _, arrived, created, saved, _ in rows:
        sent = next(left[user])
        for part, at in zip(PARTS, (arrived, created, saved)):
            if at is not None:
                found[part].append(at / 1000 - sent)
    return found


def prepared(told, place, register, name, boxes):
    """usher with its register and a first look behind it."""
    usher = Usher(measured.program(told), place / name, register, boxes)
    usher.run("directory", "import")
    return usher


def alone(told, place, dovecot, register, mailbox, rng):
    """As many mails to a single mailbox."""
    usher = prepared(told, place, register, "usher-alone", [measured.mailbox("alone", dovecot.port)])
    dovecot.maildir("alone")
    plan = [(at, "alone") for at in when(rng, told.mailboxes - 2, told.seconds)]
    with usher.serving("--only", "intake,triage"):
        connected(dovecot, ["alone"], usher)
        say(f"alone: {len(plan)} mails in {told.seconds} s")
        times = delivered(dovecot, plan, mailbox)
        return waits(times, settled(dovecot, usher, times))


def together(told, place, dovecot, register, mailbox, rng):
    """A mail to each of the good mailboxes and to the slow one; answers both."""
    good = [f"box{n:02}" for n in range(told.mailboxes - 2)]
    for user in [*good, "slow"]:
        dovecot.maildir(user)
    with contextlib.ExitStack() as stack:
        proxy = stack.enter_context(Proxy(dovecot.port, slow=told.slow))
        ports = {**dict.fromkeys(good, dovecot.port), "slow": proxy.port, "broken": free_port()}
        usher = prepared(told, place, register, "usher-many", [measured.mailbox(name, port) for name, port in ports.items()])
        stack.enter_context(usher.serving("--only", "intake,triage"))
        connected(dovecot, [*good, "slow"], usher)
        users = rng.sample(good, len(good))
        plan = list(zip(when(rng, len(good), told.seconds), users))
        plan.append((told.seconds / 2, "slow"))
        say(f"{told.mailboxes} mailboxes: {len(plan)} mails in {told.seconds} s")
        times = delivered(dovecot, sorted(plan), mailbox)
        rows = settled(dovecot, usher, times)
        fine, slow = ({u: t for u, t in times.items() if (u == "slow") == bad} for bad in (False, True))
        return waits(fine, [r for r in rows if r[0] != "slow"]), waits(slow, [r for r in rows if r[0] == "slow"])


def row(values):
    """Median, 95 of 100, worst."""
    ordered = sorted(values)
    return [f"{statistics.median(ordered):.3f}", f"{ordered[round(0.95 * (len(ordered) - 1))]:.3f}", f"{ordered[-1]:.3f}"]


def summary(single, many, slow):
    """The table."""
    rows = []
    for part, words in PARTS.items():
        apart = statistics.median(many[part]) - statistics.median(single[part])
        rows.append([words, *row(single[part]), *row(many[part]), f"{apart:+.3f}", f"{slow[part][0]:.1f}" if slow[part] else "–"])
    head = ["delivery to, seconds", "alone: median", "p95", "worst", "among many: median", "p95", "worst", "medians apart", "the slow one"]
    return measured.table(head, rows)


def work(told, place):
    """Everything, from an empty folder to the figures."""
    measured.program(told)
    if told.mailboxes < 4:
        raise Unable("--mailboxes: at least 4, of which one is slow and one is broken")
    say("making the register")
    register = measured.register(told, place)
    rng, mailbox, loads = random.Random(f"{told.seed} times"), mails.Mailbox(register, told.seed), [measured.load()]
    with Dovecot(place / "dovecot") as dovecot:
        single = alone(told, place, dovecot, register, mailbox, rng)
        loads.append(measured.load())
        many, slow = together(told, place, dovecot, register, mailbox, rng)
        loads.append(measured.load())
    counts = ", ".join(f"{name} {len(found['ledger'])} mails with {len(found['folder'])} drafts" for name, found in (("alone", single), ("among many", many)))
    text = f"{told.mailboxes} mailboxes, one {told.slow} s slow and one broken; {counts}; load average {min(loads)} to {max(loads)}\n\n"
    figures = {"mailboxes": told.mailboxes, "slow": told.slow, "load": loads, "alone": single, "together": many, "slow_one": slow}
    return figures, text + summary(single, many, slow)


def main():
    parser = measured.options(__doc__)
    parser.add_argument("--mailboxes", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60, help="the mails come within so many seconds")
    parser.add_argument("--slow", type=float, default=3, help="seconds by which each answer to the slow mailbox is held back")
    return measured.main(parser, work)


if __name__ == "__main__":
    sys.exit(main())
