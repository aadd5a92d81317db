"""A real Dovecot on a loopback port of its own, without any rights, in a folder that goes with it."""

import contextlib
import grp
import imaplib
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import time

from measured import Unable, cpu_of

PASSWORD = "secret"
CONFIG = """
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_uid = {user}
mail_gid = {group}
mail_home = {root}/mail/%u
mail_location = maildir:~/Maildir
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
mail_max_userip_connections = 100
mailbox_list_index = yes
ssl = no
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={root}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Drafts {{
    special_use = \\Drafts
    auto = create
  }}
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  service_count = 0
  inet_listener imap {{
    address = 127.0.0.1
    port = {port}
  }}
}}
service imap {{
  process_min_avail = 1
  process_limit = 300
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"""


def free_port():
    """A port on which nobody listens just now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Dovecot:
    """Any user may enter with PASSWORD. Use it as a context: it ends with it."""

    def __init__(self, root):
        self.root, self.port = pathlib.Path(root), free_port()
        self.process, self.delivered = None, 0
        self.program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
        if self.program is None:
            raise Unable("dovecot is not installed: apt-get install dovecot-imapd, or put it on the PATH")
        # Dovecot refuses to work as root on mail of others: it gets a user without rights.
        self.owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())

    def __enter__(self):
        for folder in ("run", "state", "mail"):
            (self.root / folder).mkdir(parents=True)
        group = grp.getgrgid(self.owner.pw_gid).gr_name
        config = CONFIG.format(root=self.root, user=self.owner.pw_name, group=group, port=self.port, password=PASSWORD)
        (self.root / "dovecot.conf").write_text(config)
        self.give(self.root)
        drop = {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        command = [self.program, "-F", "-c", str(self.root / "dovecot.conf")]
        self.process = subprocess.Popen(command, process_group=0, **quiet, **drop)
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def _wait(self):
        """Until it greets; a Dovecot that fails says nothing, so the wait is bounded."""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as line:
                    line.settimeout(5)
                    if line.recv(100).startswith(b"* OK"):
                        return
            except OSError:
                time.sleep(0.05)
        log = self.root / "dovecot.log"
        raise Unable(f"dovecot gives no greeting on port {self.port}; its log says:\n{log.read_text() if log.exists() else 'nothing'}")

    def give(self, path):
        """Makes Dovecot the owner of a file or a folder with all in it."""
        if os.geteuid() != 0:
            return
        for folder, _, files in os.walk(path):
            for name in (folder, *(os.path.join(folder, f) for f in files)):
                os.chown(name, self.owner.pw_uid, self.owner.pw_gid)

    def maildir(self, user):
        """The user's Maildir, made if it is not there."""
        place = self.root / "mail" / user / "Maildir"
        if not place.exists():
            for part in ("tmp", "new", "cur"):
                (place / part).mkdir(parents=True)
            self.give(place.parent)
        return place

    def fill(self, user, mails, flags=""):
        """Puts many mails straight into the inbox, with Maildir's letters for their flags; answers how many bytes."""
        place, size = self.maildir(user), 0
        for mail in mails:
            self.delivered += 1
            (place / "cur" / f"{1_790_000_000 + self.delivered}.M{self.delivered:07d}.bench:2,{flags}").write_bytes(mail)
            size += len(mail)
        self.give(place)
        return size

    def deliver(self, user, mail):
        """Delivers one mail as a mail server would; answers when it was there."""
        place = self.maildir(user)
        self.delivered += 1
        name = f"{int(time.time())}.M{self.delivered:07d}.bench"
        half = place / "tmp" / name
        half.write_bytes(mail)
        if os.geteuid() == 0:
            os.chown(half, self.owner.pw_uid, self.owner.pw_gid)
        at = time.time()
        half.rename(place / "new" / name)
        return at

    def enter(self, user):
        """A connection of our own."""
        line = imaplib.IMAP4("127.0.0.1", self.port, 600)
        line.login(user, PASSWORD)
        return line

    def warm(self, user):
        """Reads sizes and bodies once, so that whoever comes next finds indexes and page cache as full as the one after; answers the count."""
        line = self.enter(user)
        try:
            count = int(line.select("INBOX")[1][0])
            for first in range(1, count + 1, 500):
                line.fetch(f"{first}:{min(count, first + 499)}", "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])")
            return count
        finally:
            line.logout()

    def cpu(self):
        """Seconds on a processor of all its processes that live now."""
        group, total = os.getpgid(self.process.pid), 0.0
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    if os.getpgid(int(entry.name)) == group:
                        total += cpu_of(int(entry.name))
        return total

    def drafts(self, user):
        """The files of the drafts folder."""
        folder = self.root / "mail" / user / "Maildir" / ".Drafts"
        return [file for part in ("new", "cur") if (folder / part).exists() for file in (folder / part).iterdir()]
