"""What a worker did so far, small enough to be sent from process to process."""

from __future__ import annotations

from dataclasses import dataclass, fields

from mailer.smtp import Kind, Outcome


@dataclass(slots=True)
class Tally:
    """Messages by what became of them."""

    accepted: int = 0
    deferred: int = 0
    failed: int = 0
    in_doubt: int = 0
    skipped: int = 0
    notices: int = 0
    """How many of those accepted belong to no campaign."""
    last_refusal: str = ""
    halted: str = ""
    """Why it stopped before the end: paused, cancelled, or tripped; in words."""

    def count(self, outcome: Outcome) -> None:
        """One more."""
        if outcome.kind is Kind.ACCEPTED:
            self.accepted += 1
        elif outcome.kind is Kind.DEFERRED:
            self.deferred += 1
            self.last_refusal = str(outcome.reply or outcome.why)
        elif outcome.kind is Kind.FAILED:
            self.failed += 1
            self.last_refusal = str(outcome.reply or outcome.why)

    def plus(self, other: Tally) -> Tally:
        """Two workers' together."""
        values = {
            one.name: (
                getattr(self, one.name) + getattr(other, one.name)
                if one.type == "int"
                else getattr(other, one.name) or getattr(self, one.name)
            )
            for one in fields(self)
        }
        return Tally(**values)
