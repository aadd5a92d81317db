"""How long a full mailbox takes: `usher serve --until-idle` (fetched, stored, judged, drafted) beside `mbsync` (fetched, stored), in turns.

drain.py --usher target/release/usher [--mails 20000] [--rounds 5] [--json]

mbsync pulls everything into a fresh Maildir without fsync. usher begins each round with a fresh store that has the register
already, takes every mail in, judges it and keeps the draft in the store (save_drafts = false). Both are measured from the start of the
process to its end, over the same warm Dovecot on loopback.
"""

import shutil
import statistics
import sys
from dataclasses import asdict

import mails
import measured
from dovecot import PASSWORD, Dovecot
from measured import Unable, Usher, say, spend, spread, tail

USER = "support"
MBSYNC = """FSync no
IMAPAccount bench
Host 127.0.0.1
Port {port}
User {user}
Pass {password}
SSLType None
AuthMechs LOGIN
Timeout 300

IMAPStore far
Account bench

MaildirStore near
Path {path}/
Inbox {path}/inbox

Channel bench
Far :far:INBOX
Near :near:INBOX
Create Near
Sync Pull
SyncState *
"""


class Pull:
    """mbsync into a fresh Maildir."""

    name = "mbsync"

    def __init__(self, place, dovecot):
        self.program = measured.need("mbsync", "apt-get install isync")
        self.place, self.dovecot = place / "pull", dovecot

    def round(self, many):
        shutil.rmtree(self.place, ignore_errors=True)
        self.place.mkdir()
        config, log = self.place / "mbsyncrc", self.place / "mbsync.log"
        config.write_text(MBSYNC.format(port=self.dovecot.port, user=USER, password=PASSWORD, path=self.place))
        spent = spend([self.program, "-q", "-c", config, "bench"], log)
        got = sum(1 for part in ("new", "cur") for _ in (self.place / "inbox" / part).iterdir()) if spent.code == 0 else 0
        if got != many:
            raise Unable(f"mbsync ended with {spent.code} and {got} of {many} mails; it said:\n{tail(log)}")
        shutil.rmtree(self.place)
        return {**asdict(spent), "messages": got}


class Drain:
    """usher over a fresh copy of a store that has the register and no mail."""

    name = "usher"

    def __init__(self, told, place, dovecot, register):
        self.place = place / "usher"
        box = measured.mailbox(USER, dovecot.port, start="all", save_drafts=False)
        self.make = lambda folder: Usher(measured.program(told), folder, register, [box])
        self.ready = place / "usher-ready"
        ready = self.make(self.ready)
        ready.run("directory", "import")
        # Reads one mail, so that what the rules teach is in the cache, as it is on every start but the first.
        (self.ready / "one.eml").write_bytes(next(mails.Mailbox(register, told.seed).mails(1)))
        ready.run("triage", "--directory", str(register), str(self.ready / "one.eml"), may=(0, 1))

    def round(self, many):
        shutil.rmtree(self.place, ignore_errors=True)
        shutil.copytree(self.ready, self.place)
        usher = self.make(self.place)
        spent = usher.run("serve", "--until-idle", "--only", "intake,triage", may=(0, 1))
        counted = {name: usher.ask(f"SELECT count(*) FROM {name}")[0][0] for name in ("message", "ticket", "draft")}
        fates = dict(usher.ask("SELECT fate, count(*) FROM message GROUP BY fate"))
        if counted["message"] != many or fates.get("waiting"):
            raise Unable(f"usher took {counted['message']} of {many} mails, fates {fates}; it said:\n{tail(usher.log)}")
        size = (self.place / "usher.db").stat().st_size / 1e6
        shutil.rmtree(self.place)
        rows = {"messages": counted["message"], "tickets": counted["ticket"], "drafts": counted["draft"]}
        return {**asdict(spent), **rows, "fates": fates, "store_mb": round(size, 1)}


def summary(rounds, many):
    """The table."""
    base = statistics.median(r["seconds"] for r in rounds["mbsync"])
    rows = []
    for name, runs in rounds.items():
        seconds = [r["seconds"] for r in runs]
        each = statistics.median(r["seconds"] / b["seconds"] for r, b in zip(runs, rounds["mbsync"]))
        rows.append(
            [
                name,
                spread(seconds),
                f"{many / statistics.median(seconds):,.0f}",
                f"{statistics.median(seconds) / base:.2f}",
                f"{each:.2f}",
                spread([r["cpu"] for r in runs]),
                f"{max(r['rss_mb'] for r in runs):.0f}",
            ]
        )
    head = ["what", "seconds, median (min–max)", "mails/s", "x mbsync, medians", "x mbsync, by round", "CPU seconds", "peak RSS, MB"]
    return measured.table(head, rows)


def work(told, place):
    """Everything, from an empty folder to the figures."""
    measured.need("mbsync", "apt-get install isync")
    measured.program(told)
    say("making the register")
    register = measured.register(told, place)
    with Dovecot(place / "dovecot") as dovecot:
        say(f"delivering {told.mails} mails")
        size = dovecot.fill(USER, mails.Mailbox(register, told.seed).mails(told.mails))
        if (warm := dovecot.warm(USER)) != told.mails:
            raise Unable(f"the mailbox shows {warm} of {told.mails} mails; its log says:\n{tail(place / 'dovecot/dovecot.log')}")
        sides = [Pull(place, dovecot), Drain(told, place, dovecot, register)]
        rounds = {side.name: [] for side in sides}
        loads = [measured.load()]
        for number in range(told.rounds):
            # Who begins changes with the round.
            for side in sides if number % 2 == 0 else reversed(sides):
                rounds[side.name].append(side.round(told.mails))
                last = rounds[side.name][-1]
                say(f"round {number + 1} of {told.rounds}: {side.name} {last['seconds']:.2f} s, CPU {last['cpu']:.2f} s, {last['rss_mb']:.0f} MB")
            loads.append(measured.load())
    last = rounds["usher"][-1]
    rows = f"rows: {last['messages']} messages, {last['tickets']} tickets, {last['drafts']} drafts; store {last['store_mb']} MB"
    text = f"{told.mails:,} mails, {size / 1e6:.1f} MB, {told.rounds} rounds; load average {min(loads)} to {max(loads)}; {rows}\n\n"
    figures = {"mails": told.mails, "bytes": size, "load": loads, "rounds": rounds}
    return figures, text + summary(rounds, told.mails)


def main():
    parser = measured.options(__doc__)
    parser.add_argument("--mails", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    return measured.main(parser, work)


if __name__ == "__main__":
    sys.exit(main())
