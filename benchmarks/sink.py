"""A mail server that takes everything and keeps nothing, in a process of its own."""

from __future__ import annotations

import asyncio
import multiprocessing
import smtplib
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from dunwell.cli.prefect_server import free_port


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 sink\r\n")
    while line := await reader.readline():
        word = line[:4].upper()
        if word == b"EHLO":
            writer.write(b"250-sink\r\n250 8BITMIME\r\n")
        elif word == b"DATA":
            writer.write(b"354 go on\r\n")
            await reader.readuntil(b"\r\n.\r\n")
            writer.write(b"250 2.0.0 taken\r\n")
        elif word == b"QUIT":
            writer.write(b"221 bye\r\n")
            break
        else:
            writer.write(b"250 ok\r\n")
    writer.close()


async def _listen(port: int) -> None:
    server = await asyncio.start_server(_serve, "127.0.0.1", port, limit=2**24)
    async with server:
        await server.serve_forever()


def _run(port: int) -> None:
    sys.stderr = open("/dev/null", "w", encoding="utf-8")  # noqa: SIM115  (the process ends with it)
    asyncio.run(_listen(port))


@contextmanager
def sink() -> Iterator[int]:
    """The sink's port, while it runs."""
    port = free_port()
    process = multiprocessing.get_context("spawn").Process(target=_run, args=(port,), daemon=True)
    process.start()
    try:
        _wait(port)
        yield port
    finally:
        process.kill()


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            smtplib.SMTP("127.0.0.1", port, timeout=5).quit()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("the sink did not start")
