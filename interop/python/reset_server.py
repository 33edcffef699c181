"""reset_server.py ENDPOINT BYTES: asked by any byte, it sends so many, waits until they have arrived, and resets."""

import asyncio
import fcntl
import hashlib
import os
import struct
import sys
import termios

import wire


def unacknowledged(writer):
    """Bytes that the kernel of the peer does not have yet (tcp(7), SIOCOUTQ)."""
    answer = fcntl.ioctl(writer.get_extra_info("socket").fileno(), termios.TIOCOUTQ, bytes(4))
    return struct.unpack("i", answer)[0] + writer.transport.get_write_buffer_size()


async def main(endpoint, size):
    async def handle(reader, writer):
        await reader.readexactly(1)
        data = os.urandom(int(size))
        writer.write(data)
        while unacknowledged(writer) > 0:
            await asyncio.sleep(0.001)
        await wire.reset(writer)
        wire.report("reset after", len(data), hashlib.sha256(data).hexdigest())

    await wire.serve(endpoint, handle)


asyncio.run(main(*sys.argv[1:]))
