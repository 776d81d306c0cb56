"""What the sandbox is sent, it keeps byte for byte, and answers as it announced."""

from __future__ import annotations

import asyncio
import mailbox
from collections.abc import Awaitable, Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.sandbox import Maildir, Sandbox, SandboxError
from mailer.smtp import Kind
from tests.sandbox.letters import NEWSLETTER, Post, send


def with_sandbox(tmp_path: Path, story: Callable[[Sandbox], Awaitable[None]]) -> Sandbox:
    async def run() -> Sandbox:
        async with Sandbox("127.0.0.1", 0, 0, tmp_path / "mail") as sandbox:
            await story(sandbox)
        return sandbox

    return asyncio.run(run())


async def converse(sandbox: Sandbox, *lines: bytes) -> list[str]:
    """The answers to these lines, the greeting first; each line waits for its answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", sandbox.smtp_port)
    answers = [await _answer(reader)]
    for line in lines:
        writer.write(line)
        answers.append(await _answer(reader))
    writer.close()
    return answers


async def _answer(reader: asyncio.StreamReader) -> str:
    answer = ""
    while True:
        line = (await reader.readline()).decode()
        answer += line
        if line[3:4] != "-":
            return answer


def test_a_pipelined_batch_is_kept_byte_for_byte(tmp_path: Path) -> None:
    contents = [NEWSLETTER, b"To: x\r\n\r\nA dot at the end.\r\n", b"\r\n", b"x" * 70_000 + b"\r\n"]

    async def story(sandbox: Sandbox) -> None:
        outcomes = await send(sandbox, Post(*contents, *[NEWSLETTER] * 30))
        assert {outcome.kind for outcome in outcomes} == {Kind.ACCEPTED}

    kept = with_sandbox(tmp_path, story).maildir
    read = [kept.read(name) for name in reversed(kept.names())]
    assert [one.content for one in read] == [*contents, *[NEWSLETTER] * 30]
    assert [one.recipients for one in read[:2]] == [
        ("reader0@reader.example",),
        ("reader1@reader.example",),
    ]
    assert {one.sender for one in read} == {"news@press.example"}


def test_other_programs_can_read_the_maildir(tmp_path: Path) -> None:
    async def story(sandbox: Sandbox) -> None:
        await send(sandbox, Post(NEWSLETTER))

    with_sandbox(tmp_path, story)
    box = mailbox.Maildir(tmp_path / "mail", create=False)
    (message,) = list(box)
    assert message["X-Envelope-To"] == "<reader0@reader.example>"
    assert message["X-Envelope-From"] == "<news@press.example>"
    assert message["Message-ID"] == "<1@press.example>"
    assert list((tmp_path / "mail" / "tmp").iterdir()) == []


def test_it_announces_what_it_can(tmp_path: Path) -> None:
    async def story(sandbox: Sandbox) -> None:
        _, hello = await converse(sandbox, b"EHLO me.example\r\n")
        offers = {line[4:].split(" ")[0] for line in hello.splitlines()}
        assert offers >= {"PIPELINING", "ENHANCEDSTATUSCODES", "SIZE", "8BITMIME", "SMTPUTF8"}

    with_sandbox(tmp_path, story)


def test_every_answer_to_a_command_has_an_enhanced_code(tmp_path: Path) -> None:
    async def story(sandbox: Sandbox) -> None:
        answers = await converse(
            sandbox,
            b"EHLO me.example\r\n",
            b"RCPT TO:<b@b.example>\r\n",
            b"MAIL FROM:<a@a.example> WHAT=EVER\r\n",
            b"MAIL FROM:<a@a.example>\r\n",
            b"MAIL FROM:<a@a.example>\r\n",
            b"DATA\r\n",
            b"RCPT TO:<b@b.example>\r\n",
            b"RSET\r\n",
            b"NOOP\r\n",
            b"BOGUS\r\n",
            b"QUIT\r\n",
        )
        for answer in answers[2:]:
            assert answer[4:5] == answer[:1], answer
            assert answer[5:6] == ".", answer

    with_sandbox(tmp_path, story)


def test_dots_are_unstuffed_and_several_recipients_kept(tmp_path: Path) -> None:
    async def story(sandbox: Sandbox) -> None:
        *_, last = await converse(
            sandbox,
            b"EHLO me.example\r\n",
            b"MAIL FROM:<>\r\n",
            b"RCPT TO:<b@b.example>\r\n",
            "RCPT TO:<zoé@b.example>\r\n".encode(),
            b"DATA\r\n",
            b"..one\r\ntwo.\r\n...\r\n.\r\n",
        )
        assert last.startswith("250 2.0.0")

    maildir = with_sandbox(tmp_path, story).maildir
    (name,) = maildir.names()
    kept = maildir.read(name)
    assert (kept.sender, kept.recipients) == ("", ("b@b.example", "zoé@b.example"))
    assert kept.content == b".one\r\ntwo.\r\n..\r\n"


def test_an_empty_message_is_one(tmp_path: Path) -> None:
    async def story(sandbox: Sandbox) -> None:
        *_, last = await converse(
            sandbox,
            b"HELO me.example\r\n",
            b"MAIL FROM:<a@a.example>\r\n",
            b"RCPT TO:<b@b.example>\r\n",
            b"DATA\r\n",
            b".\r\n",
        )
        assert last.startswith("250 ")

    maildir = with_sandbox(tmp_path, story).maildir
    assert [maildir.read(name).content for name in maildir.names()] == [b""]


def test_what_is_announced_as_too_big_is_refused_at_once(tmp_path: Path) -> None:
    async def story(sandbox: Sandbox) -> None:
        *_, answer = await converse(
            sandbox, b"EHLO me.example\r\n", b"MAIL FROM:<a@a.example> SIZE=99999999\r\n"
        )
        assert answer.startswith("552 5.")

    with_sandbox(tmp_path, story)


def test_a_full_disk_is_a_452_and_not_an_acceptance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Maildir, *facts: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Maildir, "keep", full)

    async def story(sandbox: Sandbox) -> None:
        (outcome,) = await send(sandbox, Post(NEWSLETTER))
        assert outcome.kind is Kind.DEFERRED
        assert str(outcome.reply) == "452 4.3.1 Cannot keep it: No space left on device"

    with_sandbox(tmp_path, story)


def test_a_port_that_is_taken_is_one_clear_line(tmp_path: Path) -> None:
    async def story(sandbox: Sandbox) -> None:
        for ports in ((sandbox.smtp_port, 0), (0, sandbox.http_port)):
            with pytest.raises(SandboxError, match="cannot listen on 127"):
                await Sandbox("127.0.0.1", *ports, tmp_path / "other").start()

    with_sandbox(tmp_path, story)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox("127.0.0.1", 0, 0, tmp_path_factory.mktemp("mail")) as sandbox:
        yield sandbox


@given(
    content=st.lists(st.sampled_from([b".", b"\r\n", b"a", b"..", b"\xc3\xa9"]), max_size=40),
    cuts=st.lists(st.integers(0, 120), max_size=4),
)
def test_any_content_in_any_packets_is_kept_as_it_was(
    running: Sandbox, content: list[bytes], cuts: list[int]
) -> None:
    body = b"".join(content) + b"\r\n"
    lines = body.split(b"\r\n")
    stuffed = b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines)
    wire = stuffed + b".\r\n"
    places = [0, *sorted(cut for cut in cuts if cut < len(wire)), len(wire)]

    async def story() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", running.smtp_port)
        writer.write(b"HELO x\r\nMAIL FROM:<a@a.example>\r\nRCPT TO:<b@b.example>\r\nDATA\r\n")
        for _ in range(5):
            await _answer(reader)
        for start, end in pairwise(places):
            writer.write(wire[start:end])
            await asyncio.sleep(0)
        assert (await _answer(reader)).startswith("250 ")
        writer.close()

    asyncio.run(story())
    assert running.maildir.read(running.maildir.names()[0]).content == body
