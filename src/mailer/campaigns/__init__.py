"""Campaigns: launched and frozen at once, and what became of them."""

from mailer.campaigns.errors import CampaignError, ChangedIssueError, UnsafeSendError
from mailer.campaigns.figures import Sum, count_readers, left_out, skipped_because, sum_of
from mailer.campaigns.frozen import (
    FrozenCampaign,
    campaign_of_issue,
    frozen_campaign,
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

__all__ = [
    "CAMPAIGN_MOVES",
    "DELIVERY_MOVES",
    "SETTLED",
    "CampaignError",
    "CampaignEvent",
    "ChangedIssueError",
    "DeliveryEvent",
    "FrozenCampaign",
    "ImpossibleMoveError",
    "Launched",
    "Plan",
    "Sum",
    "UnsafeSendError",
    "campaign_after",
    "campaign_of_issue",
    "count_readers",
    "delivery_after",
    "frozen_campaign",
    "launch",
    "left_out",
    "link_target",
    "register_issue",
    "share_id_of",
    "shared_issue",
    "skipped_because",
    "sum_of",
]
