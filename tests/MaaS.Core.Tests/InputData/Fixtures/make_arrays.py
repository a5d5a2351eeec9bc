"""Writes the arrays of this folder with NumPy 1.24: python3 make_arrays.py. Values are those that NpyFileTests expects."""
import os

import numpy as np

here = os.path.dirname(os.path.abspath(__file__))


def counting(dtype, *shape):
    return np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)


def save(name, array):
    np.save(os.path.join(here, name + ".npy"), array)


for kind in ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"]:
    save("little_" + kind, counting("<" + kind, 2, 3))
for kind in ["i2", "i4", "i8", "u2", "u4", "u8", "f2", "f4", "f8"]:
    save("big_" + kind, counting(">" + kind, 2, 3))
save("bool", np.array([[True, False, True]]))
save("scalar", np.array(7.5, dtype="f4"))
save("empty", np.zeros((0, 3), dtype="f4"))
save("fortran", np.asfortranarray(counting("<f4", 2, 3, 4)))
save("texts", np.array(["ja", "", "größer"]))
save("bytes", np.array([b"ab", b"c"]))
save("complex", np.array([1j]))
save("records", np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f4")]))
save("objects", np.array([None, "x"], dtype=object))
for version in [(2, 0), (3, 0)]:
    with open(os.path.join(here, f"version{version[0]}.npy"), "wb") as file:
        np.lib.format.write_array(file, counting("<i8", 4), version=version)
arrays = {"ids": counting("<i8", 1, 4), "x:0": counting("<f4", 1, 2) / 2, "scope/mask": np.array([[True, False]])}
np.savez(os.path.join(here, "stored.npz"), **arrays)
np.savez_compressed(os.path.join(here, "deflated.npz"), **arrays)
