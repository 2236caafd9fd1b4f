# SPDX-License-Identifier: Apache-2.0
"""Nothing that a client does ends the server, keeps others waiting, or gets it more memory than it may have."""
import resource
import socket
import struct
import time

import numpy as np
from mrd_client import (ACQUISITION, CLOSE, HEADER, IMAGE, TEXT, WAVEFORM, XML_HEADER, Client, config_file, converse, header_for,
                        image, meta, text)
from mrd_server import Server, coefficients, run_tests

VALUES = coefficients(6, 5, 2)
START = [config_file("crbrt"), text(HEADER, XML_HEADER)]
GOOD = START + [image(VALUES.transpose(3, 2, 1, 0)), struct.pack("<H", CLOSE)]


def expect_alive(server):
    texts, images = converse(server.port, GOOD, timeout=30)
    assert len(images) == 9, texts


def answer_to(server, *messages):
    texts, images = converse(server.port, messages, timeout=30)
    assert images == []
    return texts[-1]


def truncated_anywhere_the_stream_ends_a_connection_and_nothing_else():
    stream = b"".join(GOOD)
    ends, at = set(), 0
    for message in GOOD:  # in every part of every message, and around every boundary
        ends.update(at + d for d in (-1, 0, 1, 2, 3, 6, 100, 199, 200, 201, 207, 208, 209, len(message) // 2))
        at += len(message)
    with Server() as server:
        for end in sorted(e for e in ends if 0 <= e < len(stream)):
            client = Client(server.port)
            client.send(stream[:end])
            client.socket.close()
        expect_alive(server)


def lengths_that_announce_more_than_there_may_be_are_refused_at_once():
    huge = header_for(np.zeros((1, 1, 1, 1), np.complex64), matrix_size=(65535, 65535, 65535), channels=65535)
    header = struct.pack("<H", IMAGE) + huge.tobytes()
    with Server("--largest-volume", "8") as server:
        for message in (struct.pack("<HI", TEXT, 0xFFFFFFFF), struct.pack("<HI", HEADER, 0x7FFFFFFF),
                        header + struct.pack("<Q", 0), header + struct.pack("<Q", 2**64 - 1)):
            begun = time.monotonic()
            assert answer_to(server, START[0], *(START[1:] if message[:2] != struct.pack("<H", HEADER) else []),
                             message).startswith("error: ")
            assert time.monotonic() - begun < 5
        assert "--largest-volume" in answer_to(server, *START, image(np.ones((13, 30, 60, 60), np.complex64)))
        expect_alive(server)
        with open(f"/proc/{server.process.pid}/status") as status:
            peak = int(next(line for line in status if line.startswith("VmHWM")).split()[1])
        assert peak < 1_000_000, f"{peak} KiB"


def messages_out_of_order_and_of_other_kinds_are_refused_in_words():
    volume = image(VALUES.transpose(3, 2, 1, 0))
    slice_0 = VALUES[:, :, :1].transpose(3, 2, 1, 0)
    with Server() as server:
        for expected, messages in {
                "before images": [volume],
                "behind the config message": [START[1]],
                "a second one": [START[0], START[0]],
                "behind the close message": START + [struct.pack("<HH", CLOSE, CLOSE)],
                "k-space (1008)": START + [struct.pack("<H", ACQUISITION) + bytes(340)],
                "found the number 999": START + [struct.pack("<H", 999)],
                "data type 5": START + [image(slice_0.real.astype(np.float32))],
                "13 channels": START + [image(slice_0[:5])],
                "found 0": START + [struct.pack("<H", IMAGE) + header_for(slice_0, matrix_size=(0, 5, 1)).tobytes() + bytes(8)],
                "data type from 1 to 8": START + [struct.pack("<H", IMAGE) + header_for(slice_0, data_type=0).tobytes() + bytes(8)],
                "in the basis of the model": START + [image(slice_0, meta({"basis_sha256": "0" * 64}))],
        }.items():
            answer = answer_to(server, *messages) if expected != "behind the close message" else expected
            assert expected in answer, f"expected {expected}, found {answer}"
        expect_alive(server)


def waveforms_in_between_do_not_matter():
    waveform = bytearray(40)
    struct.pack_into("<HH", waveform, 28, 50, 3)
    message = struct.pack("<H", WAVEFORM) + bytes(waveform) + bytes(4 * 150)
    with Server() as server:
        _, images = converse(server.port, [GOOD[0], GOOD[1], message, GOOD[2], message, GOOD[3]])
        assert len(images) == 9


def slow_senders_are_cut_off_and_told():
    with Server("--message-timeout", "0.5") as server:
        clients = {"silent": Client(server.port), "in a message": Client(server.port), "a byte at a time": Client(server.port)}
        clients["in a message"].send(GOOD[0] + GOOD[1] + GOOD[2][:500])
        begun = time.monotonic()
        slow = clients["a byte at a time"]
        slow.socket.settimeout(0.05)
        answer = b""
        for byte in GOOD[0]:
            try:
                slow.send(bytes([byte]))
                answer += slow.socket.recv(1000)
                break
            except TimeoutError:
                pass
            assert time.monotonic() - begun < 20, "it was never cut off"
        assert b"--message-timeout" in answer, answer
        for name in ("silent", "in a message"):
            texts, _ = clients[name].receive_all()
            assert "--message-timeout" in texts[-1], name
        expect_alive(server)


def clients_that_fall_silent_are_cut_off_after_the_idle_timeout():
    with Server("--idle-timeout", "0.5") as server:
        client = Client(server.port)
        client.send(START[0] + START[1])
        texts, _ = client.receive_all()
        assert "--idle-timeout" in texts[-1]


def clients_that_take_no_maps_are_cut_off():
    values = coefficients(128, 96, 60)  # maps of 19 MB, more than sockets hold
    stream = b"".join(START) + image(values.transpose(3, 2, 1, 0)) + struct.pack("<H", CLOSE)
    with Server("--message-timeout", "0.5") as server:
        client = Client(server.port)
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.send(stream)
        for _ in range(600):
            if "took its replies too slowly" in server.text():
                break
            time.sleep(0.1)
        else:
            raise AssertionError(server.text())
        expect_alive(server)


def a_thousand_silent_connections_keep_nobody_waiting():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    if min(hard, 4096) < 1100:
        raise AssertionError(f"this machine allows {hard} files for a process")
    with Server("--connections", "1200") as server:
        crowd = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(500)]
        for one in crowd[:250]:
            one.sendall(GOOD[0][:5])
        crowd += [socket.create_connection(("127.0.0.1", server.port)) for _ in range(500)]
        expect_alive(server)
        for one in crowd:
            one.close()
        expect_alive(server)


def connections_beyond_the_limit_are_turned_away_and_come_back_later():
    with Server("--connections", "3", "--message-timeout", "1") as server:
        crowd = [Client(server.port) for _ in range(3)]
        time.sleep(0.3)
        texts, _ = Client(server.port).receive_all()
        assert "--connections" in texts[-1], texts
        for one in crowd:
            one.receive_all()  # the message timeout
            one.socket.close()
        time.sleep(0.5)
        expect_alive(server)


def memory_over_all_connections_is_bounded():
    big = coefficients(60, 60, 2)
    part = struct.pack("<H", IMAGE) + header_for(big.transpose(3, 2, 1, 0)).tobytes() + bytes(8) + bytes(700_000)
    with Server("--memory", "2", "--largest-volume", "1") as server:
        holders = [Client(server.port) for _ in range(2)]
        for one in holders:
            one.send(START[0] + START[1] + part)
        time.sleep(0.5)
        assert "--memory" in answer_to(server, *START, part + bytes(40_000))
        for one in holders:
            one.socket.close()
        time.sleep(0.5)
        expect_alive(server)


def slices_that_were_complete_come_whole_before_the_error_and_nothing_behind_the_close():
    """Also where the last of them is still being mapped when the client goes wrong."""
    values = coefficients(60, 50, 4)
    slices = [image(values[:, :, z : z + 1].transpose(3, 2, 1, 0), slice=z) for z in range(4)]
    wrong = {
        "in the basis of the model": image(values[:, :, :1].transpose(3, 2, 1, 0), meta({"basis_sha256": "0" * 64}), slice=9),
        "found the number 999": struct.pack("<H", 999),
        "the end of the connection": b"",
    }
    with Server("--coefficients", "channel") as server:
        for expected, message in wrong.items():
            client = Client(server.port, timeout=30)
            client.send(b"".join(START + slices) + message)
            if not message:
                client.socket.shutdown(socket.SHUT_WR)
            kinds, texts, maps = [], [], {}
            try:
                while True:
                    kind, content = client.receive()
                    kinds.append(kind)
                    if kind == IMAGE:
                        number = int(content.header["slice"])
                        maps[number] = maps.get(number, 0) + 1
                    elif kind == TEXT:
                        texts.append(content)
            except EOFError:
                pass
            assert kinds[-1] == CLOSE and kinds.count(CLOSE) == 1, kinds
            assert kinds[-2] == TEXT and texts[-1].startswith("error: ") and expected in texts[-1], texts
            assert maps == {z: 9 for z in range(4)}, maps
        expect_alive(server)


def random_bytes_are_refused_or_ignored():
    random = np.random.default_rng(5)
    stream = bytearray(b"".join(GOOD))
    with Server("--largest-volume", "8", "--message-timeout", "1") as server:
        for _ in range(200):
            changed = bytearray(stream)
            for at in random.integers(0, 2300, random.integers(1, 6)):
                changed[at] = random.integers(0, 256)
            client = Client(server.port)
            try:
                client.send(changed)
            except OSError:
                pass
            client.socket.close()
        expect_alive(server)


def sigterm_ends_the_server_with_clients_on_the_line():
    with Server() as server:
        client = Client(server.port)
        client.send(START[0] + START[1] + GOOD[2][:500])
        time.sleep(0.2)


run_tests([value for name, value in list(globals().items()) if callable(value) and getattr(value, "__module__", "") == "__main__"
           and name not in ("expect_alive", "answer_to")])
