"""deaf_server.py reads|never-reads: takes one connection, ignores its end, and reports with what error it is lost."""

import errno
import select
import socket
import sys

import wire


def main(manner):
    listener = socket.create_server(("127.0.0.1", 0))
    wire.report("listening on", "%s:%d" % listener.getsockname())
    connection, _ = listener.accept()
    size = 0
    while manner == "reads" and (chunk := connection.recv(64 * wire.KIB)):
        size += len(chunk)
    wire.report("ignores the end after", size)
    loss = select.poll()
    loss.register(connection, 0)  # POLLERR and POLLHUP are always reported
    loss.poll()
    wire.report("lost with", errno.errorcode[connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)])


main(*sys.argv[1:])
