"""Delivery: from a launched campaign to the last recorded outcome."""

from mailer.delivery.batches import Recipient, close_if_drained, next_due, reopen_due
from mailer.delivery.dispatching import Dispatch, route_of, when_due
from mailer.delivery.journal import JournalError
from mailer.delivery.pool import RelayDownError
from mailer.delivery.sending import Recovered, Route, recover, send
from mailer.delivery.settling import Policy
from mailer.delivery.sources import CampaignSource, NoticeSource
from mailer.delivery.worker import Tally, Worker

__all__ = [
    "CampaignSource",
    "Dispatch",
    "JournalError",
    "NoticeSource",
    "Policy",
    "Recipient",
    "Recovered",
    "RelayDownError",
    "Route",
    "Tally",
    "Worker",
    "close_if_drained",
    "next_due",
    "recover",
    "reopen_due",
    "route_of",
    "send",
    "when_due",
]
