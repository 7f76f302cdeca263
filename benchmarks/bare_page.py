"""A bare Django page of so many bytes, through the server that Aanchal uses: the ceiling.

    python -m benchmarks.bare_page SOCKET BYTES

No session, no database, no template, no middleware: what a page of this size can cost at least.
"""

import logging
import signal
import socket
import sys
import threading


def main() -> None:
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from django.http import HttpRequest, HttpResponse
    from django.urls import re_path

    logging.getLogger("waitress").setLevel(logging.CRITICAL)
    body = b"x" * int(sys.argv[2])

    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse(body, headers={"Content-Length": str(len(body))})

    settings.configure(
        ALLOWED_HOSTS=["*"], SECRET_KEY="bare", ROOT_URLCONF="benchmarks.bare_page", MIDDLEWARE=[]
    )
    globals()["urlpatterns"] = [re_path("", page)]
    sys.modules["benchmarks.bare_page"] = sys.modules["__main__"]
    from aanchal.web.shell.front import Front

    stopping = threading.Event()
    front = Front(
        get_wsgi_application(),
        socket.socket(fileno=int(sys.argv[1])),
        threads=8,
        upload_bytes=20 << 20,
    )

    def stop(number: int, frame: object) -> None:
        stopping.set()
        front.pull_trigger()

    signal.signal(signal.SIGTERM, stop)
    front.serve_until(stopping.is_set)
    front.finish(seconds=1)


if __name__ == "__main__":
    main()
