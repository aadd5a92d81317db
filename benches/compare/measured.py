"""What the benchmarks share: measured processes, usher's settings, a folder and servers that go at the end, and tables."""

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

HERE = pathlib.Path(__file__).resolve().parent


class Unable(Exception):
    """The benchmark cannot run: what, where, what to do."""


def say(text):
    """Progress, on standard error."""
    print(text, file=sys.stderr, flush=True)


@dataclass
class Spent:
    """What a process took."""

    seconds: float
    cpu: float
    rss_mb: float
    code: int


def spend(command, log, **more):
    """Runs a command to its end and measures it; what it prints goes to `log`."""
    with open(log, "ab") as out:
        began = time.monotonic()
        process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=out, stderr=out, **more)
        try:
            _, status, used = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
        seconds = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    return Spent(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, process.returncode)


def tail(log, lines=15):
    """The end of a log, to be shown with a failure."""
    return "\n".join(pathlib.Path(log).read_text(errors="replace").splitlines()[-lines:])


def cpu_of(pid):
    """Seconds on a processor of a running process and all its threads, those that ended too: its CPU clock (clock_getcpuclockid(3))."""
    return time.clock_gettime((~pid << 3) | 2)


def need(program, remedy):
    """The path of a program."""
    found = shutil.which(program)
    if found is None:
        raise Unable(f"{program} is not installed: {remedy}")
    return found


def mailbox(name, port, **more):
    """One mailbox of usher's settings, in clear over loopback."""
    told = {"host": "127.0.0.1", "port": port, "tls": "none", "user": name, "password": "secret", **more}
    return f"[mailbox.{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in told.items())


class Usher:
    """A folder with settings and a store of its own, and the program."""

    def __init__(self, program, folder, register, mailboxes):
        self.program, self.folder = program, pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log = self.folder / "usher.log"
        head = f'[store]\nurl = "sqlite:usher.db"\n[directory]\npath = {json.dumps(str(register))}\n'
        mail = '[mail]\nown = ["support@nexam.example"]\nauthserv_id = "mx.nexam.example"\n'
        (self.folder / "usher.toml").write_text(head + mail + "".join(mailboxes))

    def command(self, *words):
        return [self.program, "--config", self.folder / "usher.toml", *words]

    def environment(self):
        """As ours, with a cache of its own beside the folder, so that what usher learns is learned once for all rounds."""
        return {**os.environ, "XDG_CACHE_HOME": str(self.folder.parent / "cache")}

    def run(self, *words, may=(0,)):
        """Runs a command to its end, measured."""
        spent = spend(self.command(*words), self.log, env=self.environment())
        if spent.code not in may:
            raise Unable(f"usher {' '.join(words)} ended with {spent.code}; it said:\n{tail(self.log)}")
        return spent

    @contextlib.contextmanager
    def serving(self, *words):
        """`usher serve` in the background."""
        with open(self.log, "ab") as log:
            command = [str(part) for part in self.command("serve", *words)]
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment())
        try:
            yield process
            if process.poll() is not None:
                raise Unable(f"usher serve ended by itself; it said:\n{tail(self.log)}")
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def ask(self, query, *values):
        """Rows of the store."""
        store = sqlite3.connect(f"file:{self.folder / 'usher.db'}?mode=ro", uri=True, timeout=10)
        try:
            return store.execute(query, values).fetchall()
        finally:
            store.close()


def options(doc):
    """The arguments that all have."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--usher", default="target/release/usher", help="the program (target/release/usher)")
    parser.add_argument("--directory", type=pathlib.Path, help="folder of the five CSV files; without it directory.py makes one of 10,000 candidates")
    parser.add_argument("--python", default=sys.executable, help="a Python with requirements.txt, for directory.py alone")
    parser.add_argument("--seed", type=int, default=12)
    parser.add_argument("--json", action="store_true", help="all figures as JSON instead of a table")
    return parser


def register(told, place):
    """The folder of the five CSV files."""
    if told.directory:
        if not (told.directory / "candidates.csv").exists():
            raise Unable(f"{told.directory} has no candidates.csv: --directory names the folder of the five CSV files")
        return told.directory.resolve()
    words = [told.python, HERE / "directory.py", "--candidates", 10_000, "--claims", 0, "--seed", told.seed, "--out", place / "register"]
    if spend(words, place / "register.log").code:
        remedy = "install requirements.txt into a venv and name it with --python VENV/bin/python, or name a folder of CSV files with --directory"
        raise Unable(f"directory.py made no register; it said:\n{tail(place / 'register.log', 3)}\nTo mend it: {remedy}")
    return place / "register" / "directory"


def program(told):
    """The binary under test."""
    path = pathlib.Path(told.usher).resolve()
    if not os.access(path, os.X_OK):
        raise Unable(f"{told.usher} is no program: cargo build --release, or name it with --usher")
    return path


def spread(values, form="{:.2f}"):
    """Median and range, for people."""
    return f"{form.format(statistics.median(values))} ({form.format(min(values))}–{form.format(max(values))})"


def table(head, rows):
    """Markdown."""
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in (head, ["---"] * len(head), *rows))


def load():
    """The load average, to stand beside the figures."""
    return round(os.getloadavg()[0], 2)


def main(parser, work):
    """Runs `work(told, place)` in a folder that goes at the end, whatever ends it, and prints what it answers."""
    told = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with tempfile.TemporaryDirectory(prefix="usher-bench-", ignore_cleanup_errors=True) as place:
            os.chmod(place, 0o755)
            figures, text = work(told, pathlib.Path(place))
            # Before the folder goes: that takes a while.
            print(json.dumps(figures, indent=1) if told.json else text, flush=True)
    except Unable as fault:
        say(f"{parser.prog}: {fault}")
        return 2
    except KeyboardInterrupt:
        say(f"{parser.prog}: stopped")
        return 130
    return 0
