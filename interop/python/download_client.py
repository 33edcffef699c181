"""download_client.py ENDPOINT: reads nothing until stdin ends, then slowly, then all; reports size and SHA-256."""

import asyncio
import hashlib
import sys

import wire

SLOW_READS = 64
PAUSE = 0.005


async def main(endpoint):
    reader, writer = await wire.open_connection(endpoint)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    digest = hashlib.sha256()
    size = 0
    reads = 0
    while chunk := await reader.read(64 * wire.KIB):
        digest.update(chunk)
        size += len(chunk)
        reads += 1
        if reads <= SLOW_READS:
            await asyncio.sleep(PAUSE)
    wire.report("received", size, digest.hexdigest())
    await wire.close(writer)


asyncio.run(main(*sys.argv[1:]))
