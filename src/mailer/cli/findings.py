"""How the findings of a check are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from mailer.campaigns import Prepared
    from mailer.composing import Finding
    from mailer.config import Workspace


def refuse_hard_findings(
    workspace: Workspace, prepared: Prepared, *, drafts_may_pass: bool = False, force: str | None
) -> Sequence[Finding]:
    """Raise CampaignError where the issue would hurt its readers or us.

    Returns the hard findings that `force`, a reason, let pass.
    """
    from mailer.campaigns import CampaignError, findings_of, forced

    hard = [
        finding
        for finding in findings_of(workspace, prepared)
        if finding.severity == "hard"
        and not (drafts_may_pass and prepared.issue.status == "draft" and _is_draft(finding))
    ]
    tell(hard)
    if force is not None:
        return forced(hard, force)
    if hard:
        raise CampaignError(f"{len(hard)} hard findings: the issue stays here")
    return ()


def _is_draft(finding: Finding) -> bool:
    return finding.what.endswith("is a draft")


def tell(findings: Sequence[Finding]) -> None:
    """A finding and, below it, why it matters, on standard error."""
    for finding in findings:
        typer.echo(f"{finding.severity}: {finding}\n      why: {finding.why}", err=True)
