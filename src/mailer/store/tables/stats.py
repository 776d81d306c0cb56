"""Counts that name nobody, and what readers agreed to have tied to them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, ForeignKey, ForeignKeyConstraint, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from mailer.store.schema import Model


class LinkCount(Model):
    """How often a content link was followed on a day, people and machines apart."""

    __tablename__ = "link_counts"
    __table_args__ = (ForeignKeyConstraint(["issue_id", "n"], ["links.issue_id", "links.n"]),)

    issue_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    machine: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    count: Mapped[int]


class PageCount(Model):
    """How often a page of an issue was asked for on a day."""

    __tablename__ = "page_counts"

    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"), primary_key=True)
    page: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    machine: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    count: Mapped[int]


class ReaderClick(Model):
    """That a reader who agreed to it followed a link of their copy. Erasable, kept for months."""

    __tablename__ = "reader_clicks"
    __table_args__ = (
        ForeignKeyConstraint(
            ["campaign_id", "delivery_id"], ["deliveries.campaign_id", "deliveries.id"]
        ),
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    delivery_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    first_at: Mapped[datetime]
    count: Mapped[int]


class ReaderOpen(Model):
    """That a reader who agreed to it opened their copy. Erasable, kept for months."""

    __tablename__ = "reader_opens"
    __table_args__ = (
        ForeignKeyConstraint(
            ["campaign_id", "delivery_id"], ["deliveries.campaign_id", "deliveries.id"]
        ),
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    delivery_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first_at: Mapped[datetime]
    count: Mapped[int]


class ShareVisit(Model):
    """How often the share link of a reader who agreed to that was visited."""

    __tablename__ = "share_visits"

    share_id: Mapped[str] = mapped_column(ForeignKey("share_links.id"), primary_key=True)
    machine: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    count: Mapped[int]
