"""Carries the IP packets between two network namespaces, each after a time of its own, so that they overtake each other.

relay.py CLIENT-NAMESPACE SERVER-NAMESPACE DEVICE SEED LEAST-MS MOST-MS

It prints 'ready' when both TUN interfaces are there, and ends, and tells what it did, when its stdin ends.
"""

import ctypes
import fcntl
import heapq
import os
import random
import select
import struct
import sys
import time

CLONE_NEWNET = 0x40000000  # setns(2)
TUNSETIFF = 0x400454CA  # linux/if_tun.h
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000
MTU = 65536


def open_tun(namespace: str, device: str) -> int:
    """An interface belongs to the namespace in which /dev/net/tun was opened."""
    libc = ctypes.CDLL(None, use_errno=True)
    handle = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    if libc.setns(handle, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), f"setns {namespace}")
    os.close(handle)
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", device.encode(), IFF_TUN | IFF_NO_PI))
    return tun


def main() -> None:
    client, server, device, seed, least, most = sys.argv[1:]
    chance = random.Random(int(seed))
    ends = [open_tun(client, device), open_tun(server, device)]
    print("ready", flush=True)
    # Of each packet: when it is due, its number, where it goes, and its bytes.
    waiting: list[tuple[float, int, int, bytes]] = []
    number = 0
    latest = {end: -1 for end in ends}
    reordered = 0
    while True:
        timeout = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        readable, _, _ = select.select([*ends, sys.stdin], [], [], timeout)
        if sys.stdin in readable and not sys.stdin.buffer.read1(1):
            break
        for position, end in enumerate(ends):
            if end in readable:
                packet = os.read(end, MTU)
                delay = chance.uniform(float(least), float(most)) / 1000
                heapq.heappush(waiting, (time.monotonic() + delay, number, ends[1 - position], packet))
                number += 1
        while waiting and waiting[0][0] <= time.monotonic():
            _, sent, end, packet = heapq.heappop(waiting)
            reordered += sent < latest[end]
            latest[end] = max(latest[end], sent)
            try:
                os.write(end, packet)
            except OSError:
                pass  # The interface is down, or its queue is full: the packet is lost, as on any line.
    try:
        print(f"relayed {number} reordered {reordered}", flush=True)
    except BrokenPipeError:
        pass  # Whoever started us was killed, and nobody wants to know.


main()
