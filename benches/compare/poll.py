"""What a look costs when nothing is new: a mailbox with 100,000 old mails beside an empty one, in turns.

poll.py --usher target/release/usher [--old 100000] [--rounds 3] [--seconds 30] [--json]

Both were looked at once (start = "now"), then `usher serve --only intake` runs with poll = "1s" behind a proxy that counts. The processor
times are usher's and the server's in that window; the bytes are what the server sent. The aim is the same within a tenth.
"""

import statistics
import sys
import time
from email.utils import format_datetime

import mails
import measured
from dovecot import Dovecot
from measured import Unable, Usher, say, spread
from proxy import Proxy

# A server may still be busy with the connections that were just made: the window begins when three seconds were quiet.
QUIET_SECONDS, QUIET_CPU, PATIENCE = 3, 0.3, 120
KEYS = {
    "usher_cpu_ms": "usher's CPU, ms a look",
    "server_cpu_ms": "server's CPU, ms a look",
    "sent_bytes": "bytes from the server a look",
    "received_bytes": "bytes to the server a look",
    "look_ms": "a look, ms",
}


def old_mails(many):
    """Small ones, quickly."""
    date = format_datetime(mails.BEGAN)
    for number in range(many):
        yield f"From: Ada <ada@lakeshore.example>\nTo: {mails.DESK}\nSubject: Old {number}\nDate: {date}\nMessage-ID: <old.{number}@lakeshore.example>\n\nOld.\n".encode()


class Box:
    """A mailbox that usher has looked at once."""

    def __init__(self, told, place, dovecot, proxy, register, name, many):
        self.name, self.dovecot, self.proxy = name, dovecot, proxy
        dovecot.fill(name, old_mails(many), "S")
        line = dovecot.enter(name)
        count = int(line.select("INBOX")[1][0])
        line.logout()
        box = measured.mailbox(name, proxy.port, start="now", poll="1s", save_drafts=False)
        self.usher = Usher(measured.program(told), place / f"usher-{name}", register, [box])
        first = self.usher.run("serve", "--until-idle", "--only", "intake")
        rows = self.usher.ask("SELECT count(*) FROM message")[0][0]
        if rows != many or count != many:
            raise Unable(f"{name}: {many} mails were put there, the server has {count} and usher wrote {rows}")
        say(f"{name}: {many} mails, first look {first.seconds:.2f} s")

    def _settle(self):
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            self.proxy.take()
            before = self.dovecot.cpu()
            time.sleep(QUIET_SECONDS)
            if self.dovecot.cpu() - before < QUIET_CPU and len(self.proxy.take().looks) >= 2:
                return
        raise Unable(f"{self.name}: no quiet looks within {PATIENCE} s; usher said:\n{measured.tail(self.usher.log)}")

    def round(self, seconds):
        """One window of looks."""
        with self.usher.serving("--only", "intake") as process:
            self._settle()
            began, ours, theirs = time.monotonic(), measured.cpu_of(process.pid), self.dovecot.cpu()
            time.sleep(seconds)
            counted = self.proxy.take()
            ours, theirs, lasted = measured.cpu_of(process.pid) - ours, self.dovecot.cpu() - theirs, time.monotonic() - began
        looks = len(counted.looks)
        if looks < seconds / 3:
            raise Unable(f"{self.name}: only {looks} looks in {lasted:.0f} s; usher said:\n{measured.tail(self.usher.log)}")
        return {
            "looks": looks,
            "usher_cpu_ms": ours * 1000 / looks,
            "server_cpu_ms": theirs * 1000 / looks,
            "sent_bytes": counted.sent / looks,
            "received_bytes": counted.received / looks,
            "look_ms": statistics.median(counted.looks) * 1000,
        }


def summary(rounds):
    """The table: each measure, and the ratio by round."""
    empty, full = rounds.values()
    rows = []
    for key, words in KEYS.items():
        each = [f[key] / e[key] for e, f in zip(empty, full)]
        form = "{:.0f}" if "bytes" in key else "{:.2f}"
        values = [spread([r[key] for r in runs], form) for runs in (empty, full)]
        rows.append([words, *values, spread(each)])
    return measured.table(["what, median (min–max)", *rounds, "ratio by round"], rows)


def work(told, place):
    """Everything, from an empty folder to the figures."""
    measured.program(told)
    register = measured.register(told, place)
    with Dovecot(place / "dovecot") as dovecot, Proxy(dovecot.port) as one, Proxy(dovecot.port) as other:
        say(f"delivering {told.old} old mails")
        kinds = (("empty", one, 0), ("full", other, told.old))
        boxes = [Box(told, place, dovecot, proxy, register, name, many) for name, proxy, many in kinds]
        rounds, loads = {box.name: [] for box in boxes}, [measured.load()]
        for number in range(told.rounds):
            for box in boxes if number % 2 == 0 else reversed(boxes):
                rounds[box.name].append(box.round(told.seconds))
                last = rounds[box.name][-1]
                say(f"round {number + 1} of {told.rounds}: {box.name} {last['usher_cpu_ms']:.2f} ms CPU and {last['sent_bytes']:.0f} bytes a look")
            loads.append(measured.load())
    text = f"0 and {told.old:,} old mails, {told.rounds} rounds of {told.seconds} s; load average {min(loads)} to {max(loads)}\n\n"
    return {"old": told.old, "seconds": told.seconds, "load": loads, "rounds": rounds}, text + summary(rounds)


def main():
    parser = measured.options(__doc__)
    parser.add_argument("--old", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=30)
    return measured.main(parser, work)


if __name__ == "__main__":
    sys.exit(main())
