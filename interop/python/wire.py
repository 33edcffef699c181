"""What the programs here share: endpoints as rxjs-net writes them, reports, and the reset."""

import asyncio
import socket
import struct
import sys

KIB = 1024
MIB = 1024 * KIB


def report(*words):
    """One line for the test that waits for it; stdout is for data."""
    print(*words, file=sys.stderr, flush=True)


async def open_connection(endpoint, limit=64 * KIB):
    if endpoint.startswith("unix:"):
        return await asyncio.open_unix_connection(endpoint[len("unix:") :], limit=limit)
    host, port = split(endpoint)
    return await asyncio.open_connection(host, port, limit=limit)


async def serve(endpoint, handle):
    """Listens, reports where, and serves until it is killed."""
    if endpoint.startswith("unix:"):
        server = await asyncio.start_unix_server(handle, endpoint[len("unix:") :])
        report("listening on", endpoint)
    else:
        server = await asyncio.start_server(handle, *split(endpoint))
        host, port = server.sockets[0].getsockname()[:2]
        report("listening on", f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
    await server.serve_forever()


async def reset(writer):
    """RST instead of FIN: with SO_LINGER 0, close(2) throws away what was not sent."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
    await writer.wait_closed()


async def close(writer):
    writer.close()
    await writer.wait_closed()


def split(endpoint):
    host, _, port = endpoint.rpartition(":")
    return host.strip("[]"), int(port)
