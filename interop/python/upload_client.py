"""upload_client.py ENDPOINT MEBIBYTES: uploads as fast as it may, reports a stall and the SHA-256, reads the answer."""

import asyncio
import hashlib
import os
import sys

import wire

STALL = 0.3


async def main(endpoint, mebibytes):
    reader, writer = await wire.open_connection(endpoint)
    digest = hashlib.sha256()
    noise = os.urandom(wire.MIB)
    for index in range(int(mebibytes)):
        block = index.to_bytes(8, "big") + noise[8:]
        digest.update(block)
        writer.write(block)
        try:
            await asyncio.wait_for(writer.drain(), STALL)
        except asyncio.TimeoutError:
            wire.report("stalled after", index + 1, "MiB")
            await writer.drain()
    writer.write_eof()
    wire.report("sent", digest.hexdigest())
    wire.report("answer", (await reader.read()).decode())
    await wire.close(writer)


asyncio.run(main(*sys.argv[1:]))
