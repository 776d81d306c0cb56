"""Campaigns: launched and frozen at once, and what became of them."""

from mailer.campaigns.copies import Copies, PersonalLinks, first_name
from mailer.campaigns.errors import CampaignError, ChangedIssueError, UnsafeSendError
from mailer.campaigns.figures import Sum, count_readers, left_out, skipped_because, sum_of
from mailer.campaigns.frozen import (
    FrozenCampaign,
    LinkTarget,
    addressee,
    campaign_of_issue,
    frozen_campaign,
    issue_of_slug,
    latest_share_id,
    link_target,
    share_id_of,
    shared_issue,
)
from mailer.campaigns.launching import Launched, Plan, launch, register_issue
from mailer.campaigns.life import (
    CAMPAIGN_MOVES,
    DELIVERY_MOVES,
    SETTLED,
    CampaignEvent,
    DeliveryEvent,
    ImpossibleMoveError,
    campaign_after,
    delivery_after,
)
from mailer.campaigns.preparing import (
    NEWEST,
    Prepared,
    columns_of,
    locate_issue,
    prepare,
    slug_of,
)
from mailer.campaigns.safety import is_reserved, refuse_what_the_world_must_not_see
from mailer.campaigns.steering import (
    CampaignLine,
    Doubt,
    campaign_lines,
    doubtful,
    resolve_doubts,
    retry_failed,
    steer,
)
from mailer.campaigns.testing import enqueue_test_copies

__all__ = [
    "CAMPAIGN_MOVES",
    "DELIVERY_MOVES",
    "NEWEST",
    "SETTLED",
    "CampaignError",
    "CampaignEvent",
    "CampaignLine",
    "ChangedIssueError",
    "Copies",
    "DeliveryEvent",
    "Doubt",
    "FrozenCampaign",
    "ImpossibleMoveError",
    "Launched",
    "LinkTarget",
    "PersonalLinks",
    "Plan",
    "Prepared",
    "Sum",
    "UnsafeSendError",
    "addressee",
    "campaign_after",
    "campaign_lines",
    "campaign_of_issue",
    "columns_of",
    "count_readers",
    "delivery_after",
    "doubtful",
    "enqueue_test_copies",
    "first_name",
    "frozen_campaign",
    "is_reserved",
    "issue_of_slug",
    "latest_share_id",
    "launch",
    "left_out",
    "link_target",
    "locate_issue",
    "prepare",
    "refuse_what_the_world_must_not_see",
    "register_issue",
    "resolve_doubts",
    "retry_failed",
    "share_id_of",
    "shared_issue",
    "skipped_because",
    "slug_of",
    "steer",
    "sum_of",
]
