"""Where a message's processor time goes: samples of every process, put down to a task each."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from statistics import median

from benchmarks.campaigns import BASE, LARGE, SMALL, send
from benchmarks.figures import Figure, Figures
from benchmarks.mails import SIZES, Size
from benchmarks.processes import smtp_sink

ROUNDS = 3
SAMPLES = BASE / "samples"
SAMPLING = Path(__file__).with_name("sampling").resolve()
_TASKS = (
    # The first that holds for the innermost function of ours.
    ("journal", ("delivery/journal", "delivery/scribe")),
    ("smtp", ("smtp/", "delivery/loop", "delivery/pool")),
    ("composing", ("composing/", "message/", "rendering/", "tokens/", "address", "keys")),
    ("composing", ("campaigns/copies", "campaigns/envelopes", "delivery/sources")),
    ("database", ("store/", "delivery/books", "delivery/batches", "delivery/recording")),
    ("database", ("delivery/stock", "audience/", "campaigns/", "notices/", "consent/")),
)
TASKS = ("composing", "smtp", "journal", "database", "rest")
FUNCTIONS = 12


def measure(figures: Figures) -> None:
    """The largest mail with one worker; what each task takes, as a slope like all costs."""
    size = SIZES[-1]
    with smtp_sink() as port:
        rounds = [_slope(size, port) for _ in range(ROUNDS)]
    spent = {task: median(tasks[task] for tasks, _ in rounds) for task in TASKS}
    total = sum(spent.values())
    for task, micros in spent.items():
        name = f"cpu_{size.name}_{task}"
        figures.add(Figure(name, micros, "µs/message", f"all, {total:.0f}", micros / total))
    print("  the functions that take most of it:")
    for function, micros in rounds[-1][1].most_common(FUNCTIONS):
        print(f"  {micros:6.1f} µs  {function}")


def _slope(size: Size, port: int) -> tuple[Counter[str], Counter[str]]:
    """Microseconds a message by task, and by function."""
    few_tasks, few = _sampled(SMALL, size, port)
    many_tasks, many = _sampled(LARGE, size, port)
    each = 1e6 / (LARGE - SMALL)
    return (
        Counter({task: (many_tasks[task] - few_tasks[task]) * each for task in TASKS}),
        Counter({place: (spent - few[place]) * each for place, spent in many.items()}),
    )


def _sampled(readers: int, size: Size, port: int) -> tuple[Counter[str], Counter[str]]:
    """Seconds by task, and by innermost function."""
    shutil.rmtree(SAMPLES, ignore_errors=True)
    SAMPLES.mkdir(parents=True)
    samples = {"BENCH_SAMPLES": str(SAMPLES), "PYTHONPATH": str(SAMPLING)}
    send(readers, size, port, environment=samples)
    tasks: Counter[str] = Counter()
    functions: Counter[str] = Counter()
    for file in SAMPLES.glob("*.json"):
        for stack, seconds in json.loads(file.read_text(encoding="utf-8")):
            tasks[_task(stack)] += seconds
            functions[_shown(stack[0])] += seconds
    return tasks, functions


def _task(stack: list[str]) -> str:
    # A thread that has fallen idle since the last sample: only the database works in threads, but
    # for the journal's sync, which waits and hardly works.
    if stack[0].endswith("thread.py:_worker"):
        return "database"
    ours = next((place for place in stack if "/mailer/" in place), "")
    module = ours.rpartition("/src/mailer/")[2]
    return next((task for task, starts in _TASKS if module.startswith(starts)), "rest")


def _shown(place: str) -> str:
    """A function's file, as short as it is still known by, and its name."""
    file, _, name = place.rpartition(":")
    return f"{'/'.join(Path(file).parts[-2:])}: {name}"
