"""make chaos in small: real commands killed, real journals torn, a real disk filled; every law."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from chaos import blows, disk
from chaos.campaign import Blow
from chaos.temper import Temper
from chaos.templates import Templates
from chaos.trial import Fault, try_fault

READERS = 240
# What needs no second run by itself: deferring and hanging are tests/smtp's and make chaos's.
TEMPER = Temper(refuse=0.01, close=0.01, keep_and_drop=0.02, forget_and_drop=0.02, seed=3)


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    with Templates(tmp_path_factory.mktemp("chaos") / "trials") as templates:
        yield templates


def violence(_readers: int, _sink_book: Path) -> Sequence[Blow]:
    coordinator = 0.0
    return [blows.Kill(60, coordinator), blows.TearJournals(120)]


def test_everything_at_once_loses_nobody_and_repeats_nothing_that_was_held(
    templates: Templates,
) -> None:
    fault = Fault(name="all together", temper=TEMPER, blows=violence, hold=True, seconds=120)
    verdict = try_fault(fault, templates.copy(READERS), READERS)
    assert not verdict.wrongs
    assert verdict.story.processes_killed
    assert verdict.count.cut_after_dot


def test_a_full_disk_stops_the_sending_and_loses_no_outcome(templates: Templates) -> None:
    if not disk.own_mounts():
        pytest.skip("mounting a disk of one's own is root's")
    fault = Fault(
        name="disk full",
        blows=lambda *_: [blows.FillDisk(1)],
        settings={"MAILER_RELAYS__MAIN__RATE": '["60/s"]', "MAILER_DELIVERY__WORKERS": "1"},
        disk=32 << 20,
        seconds=120,
    )
    verdict = try_fault(fault, templates.copy(READERS), READERS)
    assert not verdict.wrongs
    assert verdict.story.struck == 1
