"""tls_client.py HOST:PORT OPTIONS: what it says is stdin, and how it ends is the option `manner`; reports what it sees."""

import socket
import ssl
import sys

import tls_wire
import wire


def main(endpoint, text):
    options = tls_wire.options_of(text)
    context = tls_wire.context_of(ssl.PROTOCOL_TLS_CLIENT, options)
    raw = socket.create_connection(wire.split(endpoint))
    try:
        secured = context.wrap_socket(raw, server_hostname=options.get("servername", "localhost"), suppress_ragged_eofs=False)
        manner = options["manner"]
        wire.report("secured", secured.version(), secured.selected_alpn_protocol())
        secured.sendall(sys.stdin.buffer.read())
        if manner == "close_notify":
            tls_wire.end_half(secured)
        elif manner == "fin":
            tls_wire.end_without_notice(secured)
        elif manner == "reset":
            secured.recv(1)
            tls_wire.reset(secured)
            wire.report("reset")
            return
        elif manner == "unwrap":
            secured.unwrap().close()
            wire.report("unwrapped")
            return
        sys.stdout.buffer.write(tls_wire.read_all(secured))
        wire.report("clean end")
    except ssl.SSLError as error:
        wire.report("failed", error.reason or repr(error))
    except OSError as error:
        wire.report("failed", type(error).__name__)


main(*sys.argv[1:])
