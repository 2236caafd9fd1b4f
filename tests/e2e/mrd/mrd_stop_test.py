# SPDX-License-Identifier: Apache-2.0
"""SIGTERM and SIGINT end the server at once, with exit code 0, and its log says when, and whom that cut off."""
import datetime
import re
import signal
import socket
import struct
import time

from mrd_client import CLOSE, HEADER, TEXT, XML_HEADER, Client, config_file, converse, image, text
from mrd_server import Server, coefficients, run_tests

VALUES = coefficients(6, 5, 2)
START = [config_file("crbrt"), text(HEADER, XML_HEADER)]
IMAGE = image(VALUES.transpose(3, 2, 1, 0))
LINE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) crbrt-mrd: 127\.0\.0\.1:\d+: .")


def rest_of(client):
    """What still comes until the end of the connection, in whichever way it ends."""
    rest = b""
    try:
        while data := client.socket.recv(1 << 16):
            rest += data
    except ConnectionResetError:
        pass
    return rest


def stopped_by(number):
    server = Server()
    idle, inside = Client(server.port), Client(server.port)
    idle.send(b"".join(START))
    inside.send(b"".join(START) + IMAGE[: len(IMAGE) // 2])
    # Somebody who is served behind both: what they sent has come.
    texts, images = converse(server.port, [*START, IMAGE, struct.pack("<H", CLOSE)], timeout=30)
    assert len(images) == 9, texts
    begun = time.monotonic()
    server.process.send_signal(number)
    assert server.process.wait(timeout=30) == 0, server.text()
    assert time.monotonic() - begun < 20  # far above what it takes; it waits for no client
    assert rest_of(inside) == b"", "half a slice gets no answer"
    rest_of(idle)
    with socket.socket() as late:
        assert late.connect_ex(("127.0.0.1", server.port)) != 0
    return server.text().splitlines()


def sigterm_ends_all_connections_and_the_log_says_which():
    lines = stopped_by(signal.SIGTERM)
    cut = [line for line in lines if "ended by the server, which was told to stop" in line]
    assert len(cut) == 2, lines


def sigint_does_the_same():
    assert sum("told to stop" in line for line in stopped_by(signal.SIGINT)) == 2


def every_line_of_the_log_begins_with_the_time_in_utc():
    before = datetime.datetime.now(datetime.timezone.utc)
    with Server() as server:
        texts, _ = converse(server.port, [config_file("no such"), text(HEADER, XML_HEADER), IMAGE], timeout=30)
        assert texts[-1].startswith("error: "), texts
        converse(server.port, [*START, IMAGE, text(TEXT, "nothing"), struct.pack("<H", CLOSE)], timeout=30)
        lines = server.text().splitlines()
    after = datetime.datetime.now(datetime.timezone.utc)
    assert len(lines) >= 3, lines  # a refusal, a warning, a summary
    for line in lines:
        found = LINE.match(line)
        assert found, line
        time_of_line = datetime.datetime.fromisoformat(found[1].replace("Z", "+00:00"))
        assert before - datetime.timedelta(milliseconds=1) <= time_of_line <= after, line


run_tests([value for name, value in list(globals().items()) if callable(value) and getattr(value, "__module__", "") == "__main__"
           and name not in ("rest_of", "stopped_by")])
