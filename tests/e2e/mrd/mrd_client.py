# SPDX-License-Identifier: Apache-2.0
"""A client of the MRD streaming protocol in the standard library and NumPy, written from ISMRMRD's description of the messages
(docs/mrd.md, Sources) and from nothing of ours: no ISMRMRD library, no file of tools/mrd.

    python3 mrd_client.py HOST PORT CONFIG COEFFICIENTS.npy OUT      coefficients [x, y, z, coefficient], complex64 or complex128

writes each map that comes back as OUT/NAME_float.npy or OUT/NAME_uint16.npy, its attributes beside it as .xml, and prints texts.
"""
import os
import socket
import struct
import sys
import threading
import xml.etree.ElementTree as ET

import numpy as np

CONFIG_FILE, CONFIG_TEXT, HEADER, CLOSE, TEXT, ACQUISITION, IMAGE, WAVEFORM = 1, 2, 3, 4, 5, 1008, 1022, 1026
DTYPES = {1: "<u2", 2: "<i2", 3: "<u4", 4: "<i4", 5: "<f4", 6: "<f8", 7: "<c8", 8: "<c16"}

# The fixed header of an image, field by field: 198 bytes without gaps.
IMAGE_HEADER = np.dtype([
    ("version", "<u2"), ("data_type", "<u2"), ("flags", "<u8"), ("measurement_uid", "<u4"), ("matrix_size", "<u2", 3),
    ("field_of_view", "<f4", 3), ("channels", "<u2"), ("position", "<f4", 3), ("read_dir", "<f4", 3), ("phase_dir", "<f4", 3),
    ("slice_dir", "<f4", 3), ("patient_table_position", "<f4", 3), ("average", "<u2"), ("slice", "<u2"), ("contrast", "<u2"),
    ("phase", "<u2"), ("repetition", "<u2"), ("set", "<u2"), ("acquisition_time_stamp", "<u4"),
    ("physiology_time_stamp", "<u4", 3), ("image_type", "<u2"), ("image_index", "<u2"), ("image_series_index", "<u2"),
    ("user_int", "<i4", 8), ("user_float", "<f4", 8), ("attribute_string_len", "<u4")])
assert IMAGE_HEADER.itemsize == 198

XML_HEADER = """<?xml version="1.0"?><ismrmrdHeader xmlns="http://www.ismrm.org/ISMRMRD"><experimentalConditions>
<H1resonanceFrequency_Hz>123200000</H1resonanceFrequency_Hz></experimentalConditions><encoding><encodedSpace><matrixSize><x>1</x><y>1</y><z>1</z></matrixSize>
<fieldOfView_mm><x>1</x><y>1</y><z>1</z></fieldOfView_mm></encodedSpace><reconSpace><matrixSize><x>1</x><y>1</y><z>1</z></matrixSize>
<fieldOfView_mm><x>1</x><y>1</y><z>1</z></fieldOfView_mm></reconSpace><encodingLimits/><trajectory>other</trajectory></encoding></ismrmrdHeader>"""


def config_file(name):
    return struct.pack("<H1024s", CONFIG_FILE, name.encode())


def text(identifier, content):
    content = content.encode() if isinstance(content, str) else content
    return struct.pack("<HI", identifier, len(content)) + content


def meta(values):
    """The attributes of an image."""
    root = ET.Element("ismrmrdMeta")
    for name, value in values.items():
        item = ET.SubElement(root, "meta")
        ET.SubElement(item, "name").text = name
        for one in value if isinstance(value, (list, tuple)) else [value]:
            ET.SubElement(item, "value").text = str(one)
    return ET.tostring(root, encoding="unicode")


def header_for(array, **fields):
    """The header of an image [channel, z, y, x]."""
    header = np.zeros((), IMAGE_HEADER)
    header["version"] = 1
    header["data_type"] = {np.dtype(d): t for t, d in DTYPES.items()}[array.dtype]
    header["matrix_size"] = array.shape[3], array.shape[2], array.shape[1]
    header["channels"] = array.shape[0]
    header["field_of_view"] = array.shape[3], array.shape[2], array.shape[1]
    header["read_dir"], header["phase_dir"], header["slice_dir"] = (1, 0, 0), (0, 1, 0), (0, 0, 1)
    for name, value in fields.items():
        header[name] = value
    return header


def image(array, attributes="", **fields):
    attributes = attributes.encode()
    return (struct.pack("<H", IMAGE) + header_for(array, attribute_string_len=len(attributes), **fields).tobytes()
            + struct.pack("<Q", len(attributes)) + attributes + np.ascontiguousarray(array).tobytes())


class Image:
    def __init__(self, header, attributes, array):
        self.header, self.attributes, self.array = header, attributes, array
        self.meta = {}
        if attributes:
            for item in ET.fromstring(attributes).iter("meta"):
                values = [value.text for value in item.findall("value")]
                self.meta[item.find("name").text] = values[0] if len(values) == 1 else values

    @property
    def name(self):
        return self.meta["SeriesDescriptionAdditional"]

    def values(self):
        """[x, y, z] as the attributes say it: pixels by slope and intercept."""
        numbers = self.array[0].transpose(2, 1, 0)
        if numbers.dtype.kind == "u":
            return numbers * float(self.meta["RescaleSlope"]) + float(self.meta["RescaleIntercept"])
        return numbers


class Client:
    def __init__(self, port, host="127.0.0.1", timeout=60):
        self.socket = socket.create_connection((host, port), timeout=timeout)

    def send(self, data):
        self.socket.sendall(data)

    def read(self, n):
        data = bytearray(n)
        view, got = memoryview(data), 0
        while got < n:
            count = self.socket.recv_into(view[got:])
            if count == 0:
                raise EOFError(f"closed after {got} of {n} bytes")
            got += count
        return data

    def receive(self):
        """(identifier, text or Image)"""
        identifier, = struct.unpack("<H", self.read(2))
        if identifier == CLOSE:
            return CLOSE, None
        if identifier in (TEXT, CONFIG_TEXT, HEADER):
            length, = struct.unpack("<I", self.read(4))
            return identifier, bytes(self.read(length)).split(b"\0")[0].decode()
        assert identifier == IMAGE, identifier
        header = np.frombuffer(self.read(198), IMAGE_HEADER)[0]
        length, = struct.unpack("<Q", self.read(8))
        assert length == header["attribute_string_len"]
        attributes = bytes(self.read(length)).decode()
        x, y, z = header["matrix_size"]
        dtype = np.dtype(DTYPES[int(header["data_type"])])
        count = int(x) * int(y) * int(z) * int(header["channels"])
        return IMAGE, Image(header, attributes,
                            np.frombuffer(self.read(count * dtype.itemsize), dtype).reshape(header["channels"], z, y, x))

    def receive_all(self):
        """Texts and images up to the close message, and whether the server then ended the connection."""
        texts, images = [], []
        while True:
            identifier, content = self.receive()
            if identifier == CLOSE:
                return texts, images
            (images if identifier == IMAGE else texts).append(content)


def converse(port, messages, host="127.0.0.1", timeout=60):
    """Sends all messages while it reads what comes back."""
    client = Client(port, host, timeout)

    def send():
        try:
            for message in messages:
                client.send(message)
        except OSError:
            pass  # the server has refused; it says why

    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    texts, images = client.receive_all()
    client.socket.close()
    sender.join()
    return texts, images


def main():
    host, port, config, path, out = sys.argv[1:]
    coefficients = np.load(path)
    assert coefficients.ndim == 4, f"{path}: expected coefficients [x, y, z, coefficient], found {coefficients.shape}"
    os.makedirs(out, exist_ok=True)
    messages = [config_file(config), text(HEADER, XML_HEADER), image(coefficients.transpose(3, 2, 1, 0)), struct.pack("<H", CLOSE)]
    texts, images = converse(int(port), messages, host, timeout=600)
    for line in texts:
        print(line)
    for one in images:
        name = os.path.join(out, f"{one.name}_{'float' if one.array.dtype.kind == 'f' else 'uint16'}")
        np.save(name + ".npy", one.array[0].transpose(2, 1, 0))
        with open(name + ".xml", "w") as file:
            file.write(one.attributes)
        print(f"{name}.npy")
    return 1 if any(line.startswith("error: ") for line in texts) else 0


if __name__ == "__main__":
    sys.exit(main())
