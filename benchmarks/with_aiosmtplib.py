"""Sends messages as aiosmtplib's documentation shows: a client a connection, one after another."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from email.message import EmailMessage

import aiosmtplib

LINE = "Sixty-two characters of text, of which a letter is made up here.\n"


async def main(port: int, octets: int, messages: int, connections: int) -> None:
    """Send `messages` messages of that size over that many connections."""
    text = LINE * (octets // len(LINE))
    left = iter(range(messages))
    await asyncio.gather(*(_send(port, text, left) for _ in range(connections)))


async def _send(port: int, text: str, left: Iterator[int]) -> None:
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as client:
        for number in left:
            message = EmailMessage()
            message["From"] = "source@cafe.example"
            message["To"] = f"reader{number}@domain.example"
            message["Subject"] = "Hello"
            message.set_content(text)
            await client.send_message(message)


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:])))
