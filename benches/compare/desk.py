"""How fast the desk answers with a full store: queue, ticket and search under one reader at a time, and what open pages cost.

desk.py --usher target/release/usher [--tickets 100000] [--open 500] [--asks 2000] [--streams 50] [--seconds 20] [--json]

The mails of mails.py are judged into a fresh SQLite store; all tickets but `--open` are then answered. The desk alone is served; one
account signs in; pages are asked for one after the other over one connection. While `--streams` pages listen, 20 tickets a second are
taken and released; the processor time of the desk is read from /proc.
"""

import http.client
import json
import random
import re
import sqlite3
import statistics
import sys
import threading
import time
import urllib.parse

import mails
import measured
from measured import Unable, Usher, cpu_of, say

PASSWORD = "quatre chats gris"


class Desk:
    """A signed-in browser on one connection."""

    def __init__(self, port):
        self.line = http.client.HTTPConnection("127.0.0.1", port)
        self.port, self.cookie, self.csrf = port, "", ""

    def ask(self, path, fields=None):
        headers = {"Cookie": self.cookie, "Accept-Language": "en"}
        body = None
        if fields is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{self.port}"}
            body = urllib.parse.urlencode({**fields, "csrf": self.csrf})
        begun = time.perf_counter()
        self.line.request("POST" if body is not None else "GET", path, body, headers)
        answer = self.line.getresponse()
        text = answer.read()
        took = time.perf_counter() - begun
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie" and value.startswith("usher="):
                self.cookie = value.split(";")[0]
        found = re.search(rb'name="csrf" value="([^"]+)"', text)
        if found:
            self.csrf = found[1].decode()
        return answer.status, text, took

    def sign_in(self):
        self.ask("/sign-in")
        status, text, _ = self.ask("/sign-in", {"email": "lea@nexam.example", "password": PASSWORD, "next": "/"})
        if status != 303:
            raise Unable(f"signing in was answered by {status}: {text[:300]}")
        self.ask("/queue")


def filled(told, place, register):
    """A store with so many tickets."""
    folder = place / "mail"
    folder.mkdir(parents=True)
    # Some of a mailbox's mail becomes no ticket.
    many = int(told.tickets * 1.25)
    say(f"writing {many} mails")
    for at, mail in enumerate(mails.Mailbox(register, told.seed).mails(many)):
        (folder / f"{at:06}.eml").write_bytes(mail)
    box = f'[mailbox.support]\nfolder = {json.dumps(str(folder))}\nstart = "all"\n[desk]\nlisten = "127.0.0.1:{told.port}"\n'
    usher = Usher(measured.program(told), place / "usher", register, [box])
    say("judging them")
    usher.run("serve", "--until-idle", may=(0, 1))
    store = sqlite3.connect(usher.folder / "usher.db")
    with store:
        store.execute("UPDATE ticket SET status = 'answered' WHERE number > ?", (told.open,))
    tickets = store.execute("SELECT COUNT(*) FROM ticket").fetchone()[0]
    store.close()
    (usher.folder / "password").write_text(PASSWORD + "\n")
    usher.run("user", "add", "lea@nexam.example", "--name", "Léa Gagnon", "--role", "send", "--password-file", str(usher.folder / "password"))
    return usher, tickets


def waited(port):
    for _ in range(300):
        try:
            desk = Desk(port)
            desk.ask("/sign-in")
            return desk
        except OSError:
            time.sleep(0.1)
    raise Unable("the desk does not answer")


def times(desk, paths):
    took, sizes = [], []
    for path in paths:
        status, text, seconds = desk.ask(path)
        if status not in (200, 303):
            raise Unable(f"{path} was answered by {status}")
        took.append(seconds * 1000)
        sizes.append(len(text))
    took.sort()
    return {"p50": statistics.median(took), "p99": took[int(len(took) * 0.99)], "largest_kB": max(sizes) / 1000}


def listening(desk, streams):
    """Pages that listen and throw away what they hear."""
    lines = []
    for _ in range(streams):
        line = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=60)
        line.request("GET", "/events", headers={"Cookie": desk.cookie, "Accept": "text/event-stream"})
        answer = line.getresponse()
        if answer.status != 200:
            raise Unable(f"/events was answered by {answer.status}")
        lines.append((line, answer))

    def hear(answer):
        try:
            while answer.read1(65536):
                pass
        except OSError:
            pass

    for _, answer in lines:
        threading.Thread(target=hear, args=(answer,), daemon=True).start()
    return lines


def work(told, place):
    """Everything, from an empty folder to the figures."""
    rng = random.Random(told.seed)
    register = measured.register(told, place)
    usher, tickets = filled(told, place, register)
    with usher.serving("--only", "desk") as process:
        desk = waited(told.port)
        desk.sign_in()
        names = usher.ask("SELECT COALESCE(person, sender) FROM ticket ORDER BY random() LIMIT 500")
        addresses = usher.ask("SELECT from_address FROM ticket WHERE from_address IS NOT NULL ORDER BY random() LIMIT 500")
        words = [row[0] for row in names + addresses] + ["code expired", "password", "T-77"]
        figures = {
            "queue": times(desk, ["/queue"] * told.asks),
            "ticket": times(desk, [f"/queue/{rng.randint(1, tickets)}" for _ in range(told.asks)]),
            "search": times(desk, ["/search?" + urllib.parse.urlencode({"q": rng.choice(words)}) for _ in range(told.asks)]),
        }
        streams = listened(told, rng, usher, desk, process)
    rows = [[name, f"{f['p50']:.1f}", f"{f['p99']:.1f}", f"{f['largest_kB']:.0f}"] for name, f in figures.items()]
    text = f"{tickets:,} tickets, {told.open} of them waiting; load average {measured.load()}\n\n"
    text += measured.table(["page", "p50, ms", "p99, ms", "largest, kB"], rows)
    text += f"\n\n{told.streams} open pages, {streams['changes_a_second']:.0f} changes a second: {streams['share_of_a_core']:.0%} of a core"
    return {"tickets": tickets, **figures, "streams": streams}, text


def listened(told, rng, usher, desk, process):
    """What open pages cost while tickets change."""
    lines = listening(desk, told.streams)
    store = sqlite3.connect(usher.folder / "usher.db", timeout=10)
    before, begun, changes = cpu_of(process.pid), time.monotonic(), 0
    while time.monotonic() - begun < told.seconds:
        with store:
            store.execute("UPDATE ticket SET owned_at = ? WHERE number = ?", (changes, rng.randint(1, told.open)))
        changes += 1
        time.sleep(max(0, begun + changes / 20 - time.monotonic()))
    spent = time.monotonic() - begun
    for line, _ in lines:
        line.close()
    return {"open": told.streams, "changes_a_second": changes / spent, "share_of_a_core": (cpu_of(process.pid) - before) / spent}


def main():
    parser = measured.options(__doc__)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--open", type=int, default=500, help="tickets that wait")
    parser.add_argument("--asks", type=int, default=2000)
    parser.add_argument("--streams", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--port", type=int, default=18080)
    return measured.main(parser, work)


if __name__ == "__main__":
    sys.exit(main())
