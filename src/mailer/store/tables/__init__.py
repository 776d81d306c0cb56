"""Every table, by the room that writes it."""

from mailer.store.tables.audience import (
    MailingList,
    Subscriber,
    Subscription,
    SubscriptionStatus,
    Suppression,
    SuppressionReason,
)
from mailer.store.tables.campaigns import (
    Batch,
    BatchState,
    Campaign,
    CampaignMail,
    CampaignState,
    Delivery,
    DeliveryState,
    IssueRow,
    LinkRow,
    ShareLink,
    Slot,
    SlotState,
)
from mailer.store.tables.consent import (
    Action,
    Channel,
    ConsentRecord,
    Evidence,
    Purpose,
    Seal,
    SealedRecord,
    Wording,
)
from mailer.store.tables.importing import Import
from mailer.store.tables.notices import LegalBasis, Notice, NoticeKind, NoticeState
from mailer.store.tables.stats import LinkCount, PageCount

__all__ = [
    "Action",
    "Batch",
    "BatchState",
    "Campaign",
    "CampaignMail",
    "CampaignState",
    "Channel",
    "ConsentRecord",
    "Delivery",
    "DeliveryState",
    "Evidence",
    "Import",
    "IssueRow",
    "LegalBasis",
    "LinkCount",
    "LinkRow",
    "MailingList",
    "Notice",
    "NoticeKind",
    "NoticeState",
    "PageCount",
    "Purpose",
    "Seal",
    "SealedRecord",
    "ShareLink",
    "Slot",
    "SlotState",
    "Subscriber",
    "Subscription",
    "SubscriptionStatus",
    "Suppression",
    "SuppressionReason",
    "Wording",
]
