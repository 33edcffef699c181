"""activate.py ENDPOINT ROUNDS COMMAND...: binds, and starts the command with the socket as descriptor 3, as systemd does.

It never accepts. When the command has ended, it is started again, ROUNDS times in all, with the same socket.
"""

import os
import socket
import sys

import wire

SD_LISTEN_FDS_START = 3


def bound(endpoint):
    if endpoint.startswith("unix:"):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(endpoint[len("unix:") :])
    else:
        listener = socket.socket()
        listener.bind(wire.split(endpoint))
    listener.listen(16)
    return listener


def start(listener, command):
    child = os.fork()
    if child != 0:
        return child
    os.dup2(listener.fileno(), SD_LISTEN_FDS_START)
    os.set_inheritable(SD_LISTEN_FDS_START, True)
    names = {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1", "LISTEN_FDNAMES": "echo"}
    os.execvpe(command[0], command, {**os.environ, **names})


def main(endpoint, rounds, *command):
    listener = bound(endpoint)
    where = endpoint
    if not endpoint.startswith("unix:"):
        where = ":".join(map(str, listener.getsockname()))
    wire.report("listening on", where)
    for _ in range(int(rounds)):
        child = start(listener, list(command))
        wire.report("started", child)
        _, status = os.waitpid(child, 0)
        wire.report("ended with", os.waitstatus_to_exitcode(status))


main(*sys.argv[1:])
