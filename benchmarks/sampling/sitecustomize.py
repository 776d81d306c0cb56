"""Says where a process spends its processor time; Python runs this file at every start.

The system interrupts the process each 4 ms of processor time, whichever thread uses it. Then every
thread's own clock is read, and what it used since the last time is put down to the function it is
in: so work that sets the interpreter free, such as SQLite's, is counted where it belongs.
"""

import contextlib
import json
import os
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from types import FrameType

FOLDER = os.environ.get("BENCH_SAMPLES")
SECONDS = 0.004
_OURS = f"{os.sep}mailer{os.sep}"


class Sampler:
    """The samples of one process."""

    def __init__(self) -> None:
        self._used: dict[int, float] = {}
        self._spent: Counter[tuple[str, ...]] = Counter()
        self._places: dict[object, str] = {}
        self._process = os.getpid()

    def begin(self) -> None:
        """Take samples from now on, and keep them at the end."""
        signal.signal(signal.SIGPROF, self._sample)
        signal.setitimer(signal.ITIMER_PROF, SECONDS, SECONDS)
        # atexit is not run in worker processes; a finaliser of multiprocessing is.
        from multiprocessing.util import Finalize

        Finalize(None, self.keep, exitpriority=0)

    def keep(self) -> None:
        """Write what was seen; a second time does nothing."""
        if self._process != os.getpid() or not self._spent:
            return
        signal.setitimer(signal.ITIMER_PROF, 0)
        lines = [[list(stack), spent] for stack, spent in self._spent.items()]
        self._spent = Counter()
        file = Path(str(FOLDER)) / f"{os.getpid()}-{time.monotonic_ns()}.json"
        file.write_text(json.dumps(lines), encoding="utf-8")

    def _sample(self, _signal: int, frame: FrameType | None) -> None:
        frames = sys._current_frames()
        main = threading.main_thread().ident
        for ident, current in frames.items():
            with contextlib.suppress(OSError):
                now = time.clock_gettime(time.pthread_getcpuclockid(ident))
                before = self._used.get(ident, 0.0)
                self._used[ident] = now
                if now > before:
                    at = frame if ident == main else current
                    self._spent[self._stack(at)] += now - before

    def _stack(self, frame: FrameType | None) -> tuple[str, ...]:
        """The innermost function, then the functions of ours around it, inmost first."""
        stack: list[str] = []
        while frame is not None and len(stack) < 12:
            code = frame.f_code
            if not stack or _OURS in code.co_filename:
                place = self._places.get(code)
                if place is None:
                    place = self._places[code] = f"{code.co_filename}:{code.co_qualname}"
                stack.append(place)
            frame = frame.f_back
        return tuple(stack)


def _begin() -> None:
    Sampler().begin()


if FOLDER:
    _begin()
    os.register_at_fork(after_in_child=_begin)
