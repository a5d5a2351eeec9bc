"""Writes weights.pth, wrapped.pth, strided.pth and offset.pth in the format of torch.save (PyTorch 1.6 and newer) without PyTorch: a zip of a pickle,
which rebuilds tensors from storages that it names by persistent ids, and the storages' bytes.

Run: python3 make_pytorch.py"""
import collections
import io
import pickle
import struct
import sys
import types
import zipfile

torch = types.ModuleType("torch")
utils = types.ModuleType("torch._utils")


def _rebuild_tensor_v2(*arguments):
    raise NotImplementedError


_rebuild_tensor_v2.__module__ = "torch._utils"
utils._rebuild_tensor_v2 = _rebuild_tensor_v2


class FloatStorage:
    pass


class HalfStorage:
    pass


for storage in (FloatStorage, HalfStorage):
    storage.__module__ = "torch"
    setattr(torch, storage.__name__, storage)
sys.modules["torch"] = torch
sys.modules["torch._utils"] = utils


class Storage:
    def __init__(self, kind, key, count):
        self.kind, self.key, self.count = kind, key, count


class Tensor:
    def __init__(self, storage, offset, size, stride):
        self.arguments = (storage, offset, size, stride, False, collections.OrderedDict())

    def __reduce__(self):
        return _rebuild_tensor_v2, self.arguments


class Pickler(pickle.Pickler):
    def persistent_id(self, value):
        return ("storage", value.kind, value.key, "cpu", value.count) if isinstance(value, Storage) else None


def save(path, value, storages):
    data = io.BytesIO()
    Pickler(data, protocol=2).dump(value)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("archive/data.pkl", data.getvalue())
        for key, content in storages.items():
            archive.writestr(f"archive/data/{key}", content)
        archive.writestr("archive/version", "3\n")


numbers = Storage(FloatStorage, "0", 6)
bias = Storage(FloatStorage, "2", 2)
half = Storage(HalfStorage, "1", 2)
state = collections.OrderedDict([
    ("layer.weight", Tensor(numbers, 0, (2, 3), (3, 1))),           # 0, 1, 2; 3, 4, 5
    ("layer.bias", Tensor(bias, 0, (2,), (1,))),                    # 6, 7
    ("scale", Tensor(half, 0, (2,), (1,))),                         # 1.5, -2
])
contents = {"0": struct.pack("<6f", *range(6)), "1": struct.pack("<2e", 1.5, -2), "2": struct.pack("<2f", 6, 7)}
save("weights.pth", state, contents)
save("wrapped.pth", {"epoch": 3, "state_dict": state}, contents)
save("strided.pth", {"transposed": Tensor(numbers, 0, (3, 2), (1, 3))}, contents)     # a storage read by columns
save("offset.pth", {"part": Tensor(numbers, 4, (2,), (1,))}, contents)                     # the end of a storage
