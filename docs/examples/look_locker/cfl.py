# SPDX-License-Identifier: Apache-2.0
"""BART's files: NAME.hdr has the extents, NAME.cfl the complex numbers, first dimension fastest."""
import numpy as np


def read(name):
    """Without the trailing dimensions of 1."""
    with open(name + ".hdr") as header:
        header.readline()  # "# Dimensions"
        extents = [int(word) for word in header.readline().split()]
    while len(extents) > 1 and extents[-1] == 1:
        extents.pop()
    return np.fromfile(name + ".cfl", np.complex64).reshape(extents, order="F")


def write(name, array):
    with open(name + ".hdr", "w") as header:
        header.write("# Dimensions\n" + " ".join(str(extent) for extent in array.shape) + "\n")
    np.asarray(array, np.complex64).ravel(order="F").tofile(name + ".cfl")
