"""tls_server.py OPTIONS: takes one connection, and treats it in the `manner` that the options say; reports what it sees."""

import hashlib
import socket
import ssl
import sys

import tls_wire
import wire


def main(text):
    options = tls_wire.options_of(text)
    context = tls_wire.context_of(ssl.PROTOCOL_TLS_SERVER, options)
    names = []
    context.sni_callback = lambda _, name, __: names.append(name)
    listener = socket.create_server(("127.0.0.1", 0))
    wire.report("listening on", "127.0.0.1:%d" % listener.getsockname()[1])
    raw, _ = listener.accept()
    manner = options["manner"]
    if manner == "plain":
        raw.sendall(b"220 mail.example ESMTP\r\n")
        raw.recv(1024)
        return
    try:
        secured = context.wrap_socket(raw, server_side=True, suppress_ragged_eofs=False)
        wire.report("secured", secured.version(), secured.selected_alpn_protocol(), names[0])
        if manner == "digest":
            data = tls_wire.read_all(secured)
            secured.sendall(hashlib.sha256(data).hexdigest().encode())
            secured.unwrap()
        elif manner == "close_notify":
            secured.sendall(b"hello")
            tls_wire.end_half(secured)
            wire.report("read", len(tls_wire.read_all(secured)))
        elif manner == "fin":
            secured.sendall(b"hello")
            tls_wire.end_without_notice(secured)
            wire.report("read", len(tls_wire.read_all(secured)))
        elif manner == "reset":
            secured.recv(1)
            secured.sendall(b"hello")
            tls_wire.reset(secured)
        wire.report("done")
    except ssl.SSLError as error:
        wire.report("failed", error.reason or repr(error))
    except OSError as error:
        wire.report("failed", type(error).__name__)


main(*sys.argv[1:])
