"""ends_first_server.py ENDPOINT TIMES: says hello and ends its side on the first TIMES connections, later ones stay."""

import asyncio
import sys

import wire


async def main(endpoint, times):
    count = 0

    async def handle(reader, writer):
        nonlocal count
        count += 1
        number = count
        wire.report("accepted connection", number)
        writer.write(b"hello")
        if number <= int(times):
            writer.write_eof()
        size = 0
        end = "a clean end"
        try:
            while chunk := await reader.read(64 * wire.KIB):
                size += len(chunk)
        except OSError as error:
            end = type(error).__name__
        wire.report("connection", number, "had", size, "bytes and", end)
        writer.close()

    await wire.serve(endpoint, handle)


asyncio.run(main(*sys.argv[1:]))
