# SPDX-License-Identifier: Apache-2.0
# map_with_ctypes.py LIBRARY MODEL CRBRT_MAP FOLDER: what a user of another language does, without a compiler. Loads a model with the
# shared loader, maps a few voxels, and compares every bit with the map that crbrt-map writes of the same voxels.
import ctypes as c
import pathlib
import random
import struct
import subprocess
import sys

library, model_file, crbrt_map, folder = sys.argv[1:]
folder = pathlib.Path(folder)
folder.mkdir(parents=True, exist_ok=True)
lib = c.CDLL(library)


class RunArgs(c.Structure):  # crbrt_run_args of crbrt/crbrt.h
    _fields_ = [("struct_size", c.c_size_t), ("n_voxel", c.c_size_t), ("real", c.c_void_p), ("imag", c.c_void_p),
                ("voxel_stride", c.c_size_t), ("coefficient_stride", c.c_size_t),
                ("estimates", c.c_void_p), ("estimates_voxel_stride", c.c_size_t), ("estimates_output_stride", c.c_size_t),
                ("voxel_status", c.c_void_p), ("voxel_status_stride", c.c_size_t),
                ("standard_deviations", c.c_void_p), ("standard_deviations_voxel_stride", c.c_size_t),
                ("standard_deviations_output_stride", c.c_size_t),
                ("atypicality", c.c_void_p), ("atypicality_stride", c.c_size_t), ("sigma", c.c_double)]


for name in ("crbrt_message", "crbrt_output_name"):
    getattr(lib, name).restype = c.c_char_p
for name in ("crbrt_model_program", "crbrt_model_integer_program"):
    getattr(lib, name).restype = c.c_void_p
    getattr(lib, name).argtypes = [c.c_void_p]
lib.crbrt_load_file.argtypes = [c.c_char_p, c.POINTER(c.c_void_p), c.c_char_p, c.c_size_t]
lib.crbrt_load_memory.argtypes = [c.c_char_p, c.c_size_t, c.POINTER(c.c_void_p), c.c_char_p, c.c_size_t]
lib.crbrt_model_free.argtypes = [c.c_void_p]
lib.crbrt_arena_bytes.restype = c.c_size_t
lib.crbrt_arena_bytes.argtypes = lib.crbrt_coefficient_count.argtypes = lib.crbrt_output_count.argtypes = [c.c_void_p]
lib.crbrt_output_name.argtypes = [c.c_void_p, c.c_uint32]
lib.crbrt_bind.argtypes = [c.c_void_p, c.c_void_p, c.c_void_p, c.c_size_t, c.c_uint32]
lib.crbrt_run.argtypes = [c.c_void_p, c.POINTER(RunArgs)]


def expect(found, expected, what):
    if found != expected:
        sys.exit(f"{what}: expected {expected}, found {found}")


# Refusals: a model, a text and a status each.
model, detail = c.c_void_p(1), c.create_string_buffer(200)
expect(lib.crbrt_load_file(b"/nowhere/x.crbm", c.byref(model), detail, len(detail)), 11, "status of a missing file")
expect(model.value, None, "model of a missing file")
expect(lib.crbrt_load_file(None, c.byref(model), None, 0), 11, "status without a path")
expect(lib.crbrt_load_file(b"x", None, None, 0), 1, "status without a place for the model")
expect(lib.crbrt_load_memory(None, 5, c.byref(model), None, 0), 7, "status without bytes")
expect(lib.crbrt_load_memory(b"no model", 8, c.byref(model), detail, 12), 7, "status of bytes that are no model")
expect(len(detail.value) > 0 and len(detail.value) < 12, True, "a text cut to its array")
expect(lib.crbrt_model_program(None), None, "program of no model")
expect(lib.crbrt_model_integer_program(None), None, "integer program of no model")
lib.crbrt_model_free(None)

contents = pathlib.Path(model_file).read_bytes()
expect(lib.crbrt_load_memory(contents, len(contents), c.byref(model), detail, len(detail)), 0, "status of a model in memory")
lib.crbrt_model_free(model)
status = lib.crbrt_load_file(model_file.encode(), c.byref(model), detail, len(detail))
expect(status, 0, f"{model_file}: {detail.value.decode()}")
program = lib.crbrt_model_program(model)
n_coeff, n_output, n_voxel = lib.crbrt_coefficient_count(program), lib.crbrt_output_count(program), 7

# Complex planes [n_coeff][n_voxel], as NIfTI keeps them; planes of estimates.
draw = random.Random(3)
values = [draw.gauss(0, 1) for _ in range(2 * n_coeff * n_voxel)]
planes = (c.c_float * len(values))(*values)
estimates, codes = (c.c_float * (n_output * n_voxel))(), (c.c_uint8 * n_voxel)()
size = lib.crbrt_arena_bytes(program)
storage = c.create_string_buffer(size + 64)
arena = (c.addressof(storage) + 63) // 64 * 64
session = (c.c_uint64 * 4)()
expect(lib.crbrt_bind(session, program, arena, size, 0), 0, "crbrt_bind")
address = c.addressof(planes)
args = RunArgs(struct_size=c.sizeof(RunArgs), n_voxel=n_voxel, real=address, imag=address + 4, voxel_stride=2,
               coefficient_stride=2 * n_voxel, estimates=c.addressof(estimates), estimates_voxel_stride=1,
               estimates_output_stride=n_voxel, voxel_status=c.addressof(codes))
expect(lib.crbrt_run(session, args), 0, "crbrt_run")

header = bytearray(352)
struct.pack_into("<i", header, 0, 348)
struct.pack_into("<8h", header, 40, 4, n_voxel, 1, 1, n_coeff, 1, 1, 1)
struct.pack_into("<2h", header, 70, 32, 64)
struct.pack_into("<8f", header, 76, 1, 1, 1, 1, 1, 1, 1, 1)
struct.pack_into("<2f", header, 108, 352, 1)
header[344:348] = b"n+1\0"
(folder / "in.nii").write_bytes(bytes(header) + bytes(planes))
subprocess.run([crbrt_map, "--model", model_file, "--input", folder / "in.nii", "--out", folder / "maps", "--isa", "scalar",
                "--no-std"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
expect((folder / "maps" / "status.nii").read_bytes()[352:], bytes(codes), "status of the voxels")
maps = {file.read_bytes()[352:] for file in (folder / "maps").glob("*.nii")}
for j in range(n_output):
    plane = bytes(estimates)[4 * j * n_voxel:4 * (j + 1) * n_voxel]
    expect(plane in maps, True, f"a map of crbrt-map with the bits of {lib.crbrt_output_name(program, j).decode()}")
lib.crbrt_model_free(model)
print(f"{n_output} outputs of {n_voxel} voxels have the bits of crbrt-map")
