"""A TCP proxy on loopback that counts what it carries, tells one look from the next by the silence between, and can be slow."""

import asyncio
import contextlib
import threading
import time
from dataclasses import dataclass, field

SILENCE = 0.25


@dataclass
class Counted:
    """What went through since the last time anybody asked."""

    sent: int = 0
    received: int = 0
    looks: list = field(default_factory=list)


class Proxy:
    """Use it as a context. `slow` holds back each answer of the server for so many seconds."""

    def __init__(self, target, slow=0.0):
        self.target, self.slow, self.port = target, slow, None
        self._counted, self._began, self._last = Counted(), None, None
        self._loop, self._ready = asyncio.new_event_loop(), threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def take(self):
        """What was counted, and begins anew."""
        done = threading.Event()
        taken = []

        def swap():
            self._end_look()
            taken.append(self._counted)
            self._counted = Counted()
            done.set()

        self._loop.call_soon_threadsafe(swap)
        done.wait(10)
        return taken[0]

    def _run(self):
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._carry, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        with contextlib.suppress(Exception):
            self._loop.run_until_complete(asyncio.sleep(0.05))
        self._loop.close()

    def _end_look(self):
        if self._began is not None:
            self._counted.looks.append(self._last - self._began)
        self._began = None

    def _note(self, count, from_server):
        now = time.monotonic()
        if self._last is not None and now - self._last > SILENCE:
            self._end_look()
        # A look begins with what the client says; what a server tells by itself in IDLE is none.
        if self._began is None and not from_server:
            self._began = now
        self._last = now
        if from_server:
            self._counted.sent += count
        else:
            self._counted.received += count

    async def _carry(self, reader, writer):
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.close()
            return
        await asyncio.gather(self._pump(reader, far_writer, False), self._pump(far_reader, writer, True))

    async def _pump(self, reader, writer, from_server):
        with contextlib.suppress(OSError, asyncio.CancelledError):
            while data := await reader.read(65_536):
                self._note(len(data), from_server)
                if from_server and self.slow:
                    await asyncio.sleep(self.slow)
                writer.write(data)
                await writer.drain()
        with contextlib.suppress(OSError, RuntimeError):
            writer.close()
