"""What the TLS programs here share: contexts, and the ends that a TLS connection can have."""

import json
import socket
import ssl
import struct


def context_of(side, options):
    context = ssl.SSLContext(side)
    version = getattr(ssl.TLSVersion, options.get("version", "TLSv1_3"))
    context.minimum_version = context.maximum_version = version
    if "cert" in options:
        context.load_cert_chain(options["cert"], options["key"])
    if "ca" in options:
        context.load_verify_locations(options["ca"])
        context.verify_mode = ssl.CERT_REQUIRED
    if "alpn" in options:
        context.set_alpn_protocols(options["alpn"])
    return context


def options_of(text):
    return json.loads(text)


def end_half(secured):
    """close_notify without waiting for the peer's: unwrap(3) would, and could not be answered any more."""
    secured.setblocking(False)
    try:
        secured.unwrap()
    except ssl.SSLWantReadError:
        pass
    secured.setblocking(True)


def end_without_notice(secured):
    """A FIN of TCP; the method of SSLSocket would forget its TLS."""
    socket.socket.shutdown(secured, socket.SHUT_WR)


def reset(secured):
    secured.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    socket.socket.close(secured)


def read_all(secured):
    chunks = []
    try:
        while chunk := secured.recv(64 * 1024):
            chunks.append(chunk)
    except ssl.SSLZeroReturnError:
        # The peer's close_notify, when ours was sent before: ssl takes only the other order for an end.
        pass
    return b"".join(chunks)
