"""reset_client.py ENDPOINT MOMENT: resets the connection at that moment, which a byte of the server acknowledges."""

import asyncio
import sys

import wire


async def main(endpoint, moment):
    reader, writer = await wire.open_connection(endpoint)
    if moment == "in mid-data":
        acknowledged = asyncio.ensure_future(reader.readexactly(1))
        while not acknowledged.done():
            writer.write(bytes(64 * wire.KIB))
            await writer.drain()
    elif moment == "after data":
        writer.write(bytes(wire.MIB))
        await reader.readexactly(1)
    elif moment == "after FIN":
        writer.write(bytes(wire.MIB))
        writer.write_eof()
        await reader.readexactly(1)
    elif moment != "before any data":
        raise ValueError(moment)
    await wire.reset(writer)
    wire.report("reset")


asyncio.run(main(*sys.argv[1:]))
