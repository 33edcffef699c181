"""close_at_once_server.py ENDPOINT: accepts each connection and closes it, unread."""

import asyncio
import sys

import wire


async def main(endpoint):
    count = 0

    async def handle(_, writer):
        nonlocal count
        count += 1
        writer.close()
        wire.report("closed connection", count)

    await wire.serve(endpoint, handle)


asyncio.run(main(*sys.argv[1:]))
