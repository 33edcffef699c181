"""sink_server.py ENDPOINT: reads each connection to its end and reports what came, and how it ended."""

import asyncio
import hashlib
import sys

import wire


async def main(endpoint):
    async def handle(reader, writer):
        digest = hashlib.sha256()
        size = 0
        end = "a clean end"
        try:
            while chunk := await reader.read(64 * wire.KIB):
                digest.update(chunk)
                size += len(chunk)
        except OSError as error:
            end = type(error).__name__
        wire.report("received", size, digest.hexdigest(), "then", end)
        writer.close()

    await wire.serve(endpoint, handle)


asyncio.run(main(*sys.argv[1:]))
