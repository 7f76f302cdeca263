"""The same thing done by several threads at one moment, each with its own connection."""

import threading

from django.db import connection


def at_once(what, times):
    """What each of so many threads got; they begin together."""
    ready, results = threading.Barrier(times), []

    def run():
        ready.wait()
        try:
            results.append(what())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _n in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
