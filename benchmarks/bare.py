"""The web framework by itself, answering with the same status: what our pages are held against."""

from __future__ import annotations

import asyncio
import socket
import sys

import uvicorn
from fastapi import FastAPI, Response
from fastapi.responses import PlainTextResponse

app = FastAPI()


@app.get("/c/{slug}/{n}")
async def follow(slug: str, n: int) -> Response:
    return Response(status_code=302, headers={"Location": f"https://{slug}.example/{n}"})


@app.post("/u/{token}")
async def leave(token: str) -> Response:
    return PlainTextResponse(f"unsubscribed {len(token)}\n")


def main() -> None:
    """Serve as `mailer serve` does: the same server, the same loop, no access log."""
    listening = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False)
    asyncio.run(uvicorn.Server(config).serve(sockets=[listening]))


if __name__ == "__main__":
    main()
