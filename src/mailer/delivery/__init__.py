"""Delivery: from a launched campaign to the last recorded outcome."""

from mailer.delivery.batches import Recipient, close_if_drained, next_due, reopen_due
from mailer.delivery.crew import Crew, WorkerFailedError
from mailer.delivery.dispatching import Dispatch, when_due
from mailer.delivery.finding import (
    campaigns_with_due_retries,
    drained_campaigns,
    due_campaigns,
)
from mailer.delivery.journal import JournalError
from mailer.delivery.loop import run
from mailer.delivery.pool import RelayDownError
from mailer.delivery.routes import Route, routes_of
from mailer.delivery.sending import Recovered, recover, send
from mailer.delivery.settling import Policy
from mailer.delivery.sources import CampaignSource, NoticeSource
from mailer.delivery.tally import Tally
from mailer.delivery.worker import Worker

__all__ = [
    "CampaignSource",
    "Crew",
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
    "WorkerFailedError",
    "campaigns_with_due_retries",
    "close_if_drained",
    "drained_campaigns",
    "due_campaigns",
    "next_due",
    "recover",
    "reopen_due",
    "routes_of",
    "run",
    "send",
    "when_due",
]
