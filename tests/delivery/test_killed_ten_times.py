"""kill -9, ten times in one campaign: in a file of its own, the longest of this room."""

from __future__ import annotations

from pathlib import Path

from chaos.blows import Kill
from chaos.trial import CONNECTIONS
from delivery.publisher import killed
from mailer.store.tables import DeliveryState


def test_killed_ten_times_in_a_campaign_of_two_thousand_nobody_is_lost(
    tmp_path: Path, sqlite_url: str
) -> None:
    """kill -9 as the sink has got so many, then the same command; repeats are known."""
    blows = [Kill(n * 180, 0.0) for n in range(1, 11)]
    verdict = killed(tmp_path / "workspace", sqlite_url, 2000, blows=blows, workers=1)
    assert not verdict.wrongs
    assert verdict.story.processes_killed == 10
    assert {row.state for row in verdict.rows} == {DeliveryState.ACCEPTED}
    assert len(verdict.count.recipients) == 2000
    assert verdict.count.repeats <= sum(row.doubts for row in verdict.rows) <= 10 * CONNECTIONS
