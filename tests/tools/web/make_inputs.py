# SPDX-License-Identifier: Apache-2.0
"""Writes the coefficients of a phantom in the formats that the page reads, and files that it has to refuse.

    make_inputs.py TUBES FOLDER MODEL.crbm MODELS

TUBES holds coefficients.nii (complex64, [x, y, 1, coefficient]) and mask.nii.gz. Three slices are made of the one, with other scales and
with voxels that are blank or not finite, on an oblique grid.
"""
import gzip
import pathlib
import shutil
import sys

import h5py
import nibabel
import numpy as np

tubes, folder, model, models = map(pathlib.Path, sys.argv[1:])
folder.mkdir()
slice_ = np.asarray(nibabel.load(tubes / "coefficients.nii").dataobj)
mask = np.asarray(nibabel.load(tubes / "mask.nii.gz").dataobj)
c = np.concatenate([slice_, 2 * slice_, 0.3j * slice_], axis=2).astype(np.complex64)
mask = np.repeat(mask, 3, axis=2).astype(np.uint8)
c[10, 20, 1] = 0
c[11, 20, 1, 4] = np.nan
mask[9:13, 20, 1] = 1
affine = np.array([[1.8, 0.1, 0, -30], [-0.1, 1.7, 0.2, -25.5], [0, -0.2, 2.5, 12], [0, 0, 0, 1]])


def save(name, values, dtype, places=affine):
    image = nibabel.Nifti1Image(np.asarray(values, dtype), places)
    image.set_sform(places, 1)
    image.set_qform(None, 0)
    nibabel.save(image, folder / name)


save("whole.nii", c, np.complex64)
save("narrow.nii", c[:30], np.complex64)
save("narrow_mask.nii", mask[:30], np.uint8)
save("reversed.nii", c[..., ::-1], np.complex64)
save("packed.nii.gz", c, np.complex64)
save("double.nii", c.astype(np.complex128) * (1 + 2**-40), np.complex128)
save("parts.nii", np.concatenate([c.real, c.imag], axis=3), np.float32)
big = nibabel.Nifti1Header(endianness=">")
big.set_data_dtype(np.complex64)
swapped = nibabel.Nifti1Image(c, affine, header=big)
swapped.set_sform(affine, 1)
nibabel.save(swapped, folder / "swapped.nii")
save("mask.nii.gz", mask, np.uint8)
flip = affine @ np.array([[-1, 0, 0, mask.shape[0] - 1], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
save("flipped_mask.nii", mask[::-1], np.uint8, flip)
save("other_mask.nii", mask[:-1], np.uint8)
save("moved_mask.nii", mask, np.uint8, affine + np.eye(4)[:, [3, 2, 1, 0]] * 3)

extents = [*c.shape[:3], 1, 1, 1, c.shape[3]]
(folder / "pair.hdr").write_text("# Dimensions\n" + " ".join(map(str, extents)) + "\n")
(folder / "pair.cfl").write_bytes(c.tobytes(order="F"))
(folder / "cut.hdr").write_text((folder / "pair.hdr").read_text())
(folder / "cut.cfl").write_bytes(c.tobytes(order="F")[:-8])

for name, real in (("matlab.mat", "<f4"), ("matlab_double.mat", "<f8")):
    with h5py.File(folder / name, "w", userblock_size=512) as file:
        stored = np.empty(c.T.shape, [("real", real), ("imag", real)])
        stored["real"], stored["imag"] = c.T.real, c.T.imag
        data = file.create_dataset("scan/x", data=stored, chunks=(1, 1, 16, 40), compression="gzip")
        data.attrs["MATLAB_class"] = np.bytes_("single")
        file.create_dataset("other", data=np.zeros((3, 2)))
with h5py.File(folder / "several.mat", "w", userblock_size=512) as file:
    for name, n in (("half", 6), ("x", 13)):
        part = c[..., :n]
        stored = np.empty(part.T.shape, [("real", "<f4"), ("imag", "<f4")])
        stored["real"], stored["imag"] = part.T.real, part.T.imag
        file.create_dataset(name, data=stored).attrs["MATLAB_class"] = np.bytes_("single")
with open(folder / "several.mat", "r+b") as file:
    file.write(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM")
with open(folder / "matlab.mat", "r+b") as file:
    file.write(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM")

whole = (folder / "whole.nii").read_bytes()
(folder / "cut.nii").write_bytes(whole[:-100])
(folder / "flat.nii").write_bytes(whole[:312] + bytes(16) + whole[328:])  # the last row of the sform: all voxels in one plane
packed = (folder / "packed.nii.gz").read_bytes()
(folder / "cut.nii.gz").write_bytes(packed[: len(packed) // 2])
(folder / "cut.mat").write_bytes((folder / "matlab.mat").read_bytes()[:9000])
(folder / "wrong.nii").write_bytes(b"%PDF-1.4 this is no image\n" * 40)
(folder / "old.mat").write_bytes(b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM" + bytes(64))
save("rank12.nii", c[..., :12], np.complex64)
bytes_ = bytearray(model.read_bytes())
bytes_[len(bytes_) // 2] ^= 1
(folder / "damaged.crbm").write_bytes(bytes_)
(folder / "cut.crbm").write_bytes(model.read_bytes()[:50000])
shutil.copy(models / "invivo6" / "invivo6.crbm", folder / "other_rank.crbm")

# A million blank voxels: small in its file, and long enough at work to be cancelled.
shape, width = (128, 128, 64, 13), 8
header = nibabel.Nifti1Header()
header.set_data_dtype(np.complex64)
header.set_data_shape(shape)
header.set_data_offset(352)
with gzip.open(folder / "large.nii.gz", "wb", 1) as file:
    file.write(header.binaryblock + bytes(4))
    for _ in range(13 * 8):
        file.write(bytes(int(np.prod(shape)) * width // 104))
