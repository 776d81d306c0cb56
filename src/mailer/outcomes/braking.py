"""When refusals say that something is wrong with the campaign, not with its readers.

Two watches over one campaign: a breaker that trips on many refusals by policy in a row, and a
brake that trips when too many addresses are refused, or a whole domain is. Both pause the campaign
before anybody is suppressed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from mailer.outcomes.classifying import Verdict

POLICY_IN_A_ROW = 20
BRAKE_FROM = 100
BRAKE_SHARE = 0.05
DOMAIN_FROM = 20


class Trip(StrEnum):
    """Which of the two tripped."""

    BREAKER = "breaker"
    BRAKE = "brake"


@dataclass(slots=True)
class Watch:
    """Sees every outcome of a campaign and says when to stop, and why."""

    policy_in_a_row: int = 0
    settled: int = 0
    refused: int = 0
    by_domain: Counter[str] = field(default_factory=Counter)
    refused_by_domain: Counter[str] = field(default_factory=Counter)
    tripped: Trip | None = None

    def saw(self, domain: str, verdict: Verdict | None, words: str) -> str:
        """Note an outcome (no verdict: accepted); returns why to pause, or nothing."""
        self.policy_in_a_row = self.policy_in_a_row + 1 if verdict is Verdict.POLICY else 0
        if self.policy_in_a_row >= POLICY_IN_A_ROW:
            self.tripped = Trip.BREAKER
            return f"{self.policy_in_a_row} refusals by policy in a row: {words}"
        if verdict is Verdict.POLICY:
            return ""
        self.settled += 1
        self.by_domain[domain] += 1
        if verdict in {Verdict.DEAD, Verdict.HARD}:
            self.refused += 1
            self.refused_by_domain[domain] += 1
            why = self._brake(domain, words)
            self.tripped = Trip.BRAKE if why else self.tripped
            return why
        return ""

    def _brake(self, domain: str, words: str) -> str:
        if self.settled >= BRAKE_FROM and self.refused > BRAKE_SHARE * self.settled:
            share = 100 * self.refused / self.settled
            return f"{share:.1f} % of {self.settled} addresses refused, last: {words}"
        refused = self.refused_by_domain[domain]
        if refused >= DOMAIN_FROM and refused == self.by_domain[domain]:
            return f"{domain} refuses everybody: {words}"
        return ""
