"""How the findings of a check are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from mailer.campaigns import Prepared
    from mailer.composing import Finding


def refuse_hard_findings(prepared: Prepared, *, drafts_may_pass: bool = False) -> None:
    """Raise CampaignError where the issue would hurt its readers or us."""
    from mailer.campaigns import CampaignError
    from mailer.composing import preflight

    hard = [
        finding
        for finding in preflight(prepared.issue, prepared.draft)
        if finding.severity == "hard"
        and not (drafts_may_pass and prepared.issue.status == "draft" and _is_draft(finding))
    ]
    if hard:
        tell(hard)
        raise CampaignError(f"{len(hard)} hard findings: the issue stays here")


def _is_draft(finding: Finding) -> bool:
    return finding.what.endswith("is a draft")


def tell(findings: Sequence[Finding]) -> None:
    """One line a finding, on standard error."""
    for finding in findings:
        typer.echo(f"{finding.severity}: {finding}", err=True)
