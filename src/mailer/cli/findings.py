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
    workspace: Workspace, prepared: Prepared, *, drafts_may_pass: bool = False
) -> None:
    """Raise CampaignError where the issue would hurt its readers or us."""
    from mailer.campaigns import CampaignError, findings_of

    hard = [
        finding
        for finding in findings_of(workspace, prepared)
        if finding.severity == "hard"
        and not (drafts_may_pass and prepared.issue.status == "draft" and _is_draft(finding))
    ]
    if hard:
        tell(hard)
        raise CampaignError(f"{len(hard)} hard findings: the issue stays here")


def _is_draft(finding: Finding) -> bool:
    return finding.what.endswith("is a draft")


def tell(findings: Sequence[Finding]) -> None:
    """A finding and, below it, why it matters, on standard error."""
    for finding in findings:
        typer.echo(f"{finding.severity}: {finding}\n      why: {finding.why}", err=True)
