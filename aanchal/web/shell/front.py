"""What stands between the network and Django: waitress, kept from waiting for anybody.

One thread per process takes requests in, from all connections at once, and gives a request to a
working thread only when all of it is there. So a client that sends half a header, or a byte a second,
costs a connection and no thread. On top of waitress this closes what takes too long to arrive, gives
up the oldest of too many half-sent requests, keeps bodies in memory under a common limit (never in
a file: uploads do not touch the disk unsealed), lets files that are sent hold a quarter of the working
threads at most, and lets requests in hand finish before it stops.
"""

import resource
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher
from waitress.utilities import RequestEntityTooLarge

from .shares import Share

# A header comes in one piece from any honest client; half of one may wait so long for the rest.
HEADER_SECONDS = 10.0


# A body may be slow, as over an old telephone line, but not silent, and not slower than this.
SILENT_SECONDS = 30.0


SLOWEST_BYTES_A_SECOND = 512


BODY_GRACE_SECONDS = 60.0


MAX_CONNECTIONS = 1000


# Of so many half-sent requests the oldest are given up.
MAX_UNFINISHED = 600


# Bodies of all unfinished requests together, in uploads of the largest size.
MAX_UPLOADS = 8


# So long a connection is left to a process that holds fewer; if none took it, this one does.
LEFT_SECONDS = 0.01


_MB = 1 << 20


class Channel(HTTPChannel):
    """One connection. `began` is when the request now arriving began to; None between requests."""

    began: float | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.began = time.monotonic()

    def received(self, data: bytes) -> bool:
        """Take in what came; a request that is not whole after it keeps its time of beginning."""
        if self.began is None:
            self.began = time.monotonic()
        before = self.request
        taken = bool(super().received(data))
        if self.request is None:
            self.began = None
        elif self.request is not before and before is not None:
            self.began = time.monotonic()  # the next one, sent on without waiting
        return taken

    def add_channel(self, *args: Any) -> None:
        """Count a connection that was opened."""
        super().add_channel(*args)
        self.server.count()

    def del_channel(self, *args: Any) -> None:
        """Count no more a connection that was closed."""
        super().del_channel(*args)
        self.server.count()

    @property
    def body_bytes(self) -> int:
        """How much of a body has come that is not yet whole."""
        return int(self.request.body_bytes_received) if self.request is not None else 0

    def is_too_slow(self, now: float) -> bool:
        """Say whether the request arriving has had its time."""
        if self.began is None or self.requests:
            return False
        taken = now - self.began
        if self.request is None or not self.request.headers_finished:
            return taken > HEADER_SECONDS
        return taken > BODY_GRACE_SECONDS and self.body_bytes < SLOWEST_BYTES_A_SECOND * taken

    def service(self) -> None:
        """Answer the first request; one too large with our own page, which reads no body."""
        request = self.requests[0]
        if isinstance(request.error, RequestEntityTooLarge) and request.headers_finished:
            request.error = None
            request.headers.setdefault("CONTENT_LENGTH", str(request.body_bytes_received))
            request.headers["CONNECTION"] = "close"
        is_upload = _is_upload(request)
        try:
            super().service()
        finally:
            if is_upload:
                self.server.upload_done()


def _is_upload(request: Any) -> bool:
    return str(request.headers.get("CONTENT_TYPE", "")).lower().startswith("multipart/")


class Front(TcpWSGIServer):
    """Takes requests in from one listening socket, which other processes may share."""

    channel_class = Channel

    def __init__(
        self,
        application: Any,
        listening: socket.socket,
        *,
        threads: int,
        share: Share | None = None,
        **more: Any,
    ) -> None:
        self.share = share
        # Until then a new connection is left to a process that holds fewer.
        self._leaves_until = 0.0
        self.upload_bytes = more.pop("upload_bytes")
        self.max_uploads = max(1, threads // 4)
        self._uploads = 0
        self._waiting: deque[Channel] = deque()
        self._uploads_lock = threading.Lock()
        adjustments = Adjustments(
            sockets=[listening],
            threads=threads,
            connection_limit=MAX_CONNECTIONS,
            backlog=1024,
            cleanup_interval=1,
            channel_timeout=int(SILENT_SECONDS),
            max_request_header_size=32 * 1024,
            max_request_body_size=self.upload_bytes + _MB,
            # Never a file on the disk, for what comes or for what goes.
            inbuf_overflow=self.upload_bytes + 2 * _MB,
            outbuf_overflow=256 * _MB,
            # Nothing trusts them; the demonstration asks whether they are there at all.
            clear_untrusted_proxy_headers=False,
            expose_tracebacks=False,
            asyncore_use_poll=True,
            ident=None,
            **more,
        )
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(threads)
        super().__init__(
            application,
            {},
            True,
            listening,
            dispatcher=dispatcher,
            adj=adjustments,
            sockinfo=(listening.family, listening.type, listening.proto, listening.getsockname()),
            bind_socket=False,
        )

    def readable(self) -> bool:
        """Whether to wait for new connections; not for a moment after one was left to another."""
        wanted = bool(super().readable())
        return wanted and time.monotonic() >= self._leaves_until

    def handle_accept(self) -> None:
        """Take a connection, or leave it a moment to a process that holds fewer than this one."""
        has_more = self.share is not None and self.share.has_more_than_another()
        if has_more and not self._leaves_until:
            self._leaves_until = time.monotonic() + LEFT_SECONDS
            return
        self._leaves_until = 0.0
        super().handle_accept()

    def count(self) -> None:
        """Say to the other processes how many connections this one holds."""
        if self.share is not None:
            self.share.tell(len(self.active_channels))

    def add_task(self, channel: Channel) -> None:
        """Give a whole request to a working thread; a file waits while others have their share."""
        if _is_upload(channel.requests[0]):
            with self._uploads_lock:
                if self._uploads >= self.max_uploads:
                    self._waiting.append(channel)
                    return
                self._uploads += 1
        super().add_task(channel)

    def upload_done(self) -> None:
        """A file was answered: the next one's turn."""
        with self._uploads_lock:
            if not self._waiting:
                self._uploads -= 1
                return
            following = self._waiting.popleft()
        super().add_task(following)

    def serve_until(self, stopping: Callable[[], bool]) -> None:
        """Serve until told to stop; `pull_trigger` makes it ask again at once."""
        while not stopping():
            self._once(1.0)

    def finish(self, *, seconds: float) -> None:
        """Take nothing new, let requests in hand be answered, close."""
        self.accepting = False
        self.del_channel(self._map)
        deadline = time.monotonic() + seconds
        while self.active_channels and time.monotonic() < deadline:
            for channel in list(self.active_channels.values()):
                if not channel.requests:
                    channel.close_when_flushed = True
            self._once(0.1)
        self.task_dispatcher.shutdown(cancel_pending=True, timeout=1)
        wasyncore.close_all(self._map, ignore_all=True)

    def maintenance(self, now: float) -> None:
        """Close what is silent or too slow, then the oldest of too many, then the largest."""
        super().maintenance(now)
        moment = time.monotonic()
        unfinished = []
        for channel in self.active_channels.values():
            if channel.is_too_slow(moment):
                channel.will_close = True
            elif channel.began is not None and not channel.requests:
                unfinished.append(channel)
        unfinished.sort(key=lambda c: c.began)
        too_many = len(unfinished) - MAX_UNFINISHED
        for channel in unfinished[: max(0, too_many)]:
            channel.will_close = True
        held = sum(channel.body_bytes for channel in unfinished)
        most = MAX_UPLOADS * self.upload_bytes
        for channel in sorted(unfinished, key=lambda c: -c.body_bytes):
            if held <= most:
                break
            channel.will_close = True
            held -= channel.body_bytes

    def _once(self, seconds: float) -> None:
        looks_again = bool(self._leaves_until) and time.monotonic() >= self._leaves_until
        if self._leaves_until:
            seconds = 0.0 if looks_again else min(seconds, LEFT_SECONDS)
        wasyncore.loop(timeout=seconds, use_poll=True, map=self._map, count=1)
        if looks_again:
            # Taken by now, here or there: the next one is another, and until then this one rests.
            self._leaves_until = 0.0


def make_room() -> None:
    """Let this process hold as many connections as `MAX_CONNECTIONS` and its own files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_CONNECTIONS + 512
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
