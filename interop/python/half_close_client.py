"""half_close_client.py ENDPOINT: sends stdin, ends its side, and only then reads the answer."""

import asyncio
import sys

import wire


async def main(endpoint):
    reader, writer = await wire.open_connection(endpoint)
    writer.write(sys.stdin.buffer.read())
    await writer.drain()
    writer.write_eof()
    sys.stdout.buffer.write(await reader.read())
    wire.report("clean end")
    await wire.close(writer)


asyncio.run(main(*sys.argv[1:]))
