"""A limit that ends what would not end. How long things take is measured in the benchmarks, never asserted."""

import signal
from contextlib import contextmanager


@contextmanager
def cpu_limit(seconds):
    """Let a test fail, and the others go on, where its work takes many times what it should.

    The limit is one of this process's own time, whatever else the machine does, and wide enough for a collection of
    garbage in between. A system without such a clock goes without the limit.
    """
    if not hasattr(signal, "setitimer"):
        yield
        return

    def over(*_):
        raise TimeoutError(f"{seconds} s of CPU time are over")

    before = signal.signal(signal.SIGVTALRM, over)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
