"""The safetensors format as its specification says, in plain Python (struct, json, numpy): an oracle beside MaaS.

As a program it parses the files named on the command line and prints one JSON object:
file → {"metadata": …, "tensors": {name: [dtype, shape, hexadecimal bytes]}}.
"""
import json
import pathlib
import struct
import sys

import numpy

TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "<i1",
         "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "<u1", "BOOL": "?"}
SIZES = {"BF16": 2, "F8_E4M3": 1, "F8_E5M2": 1} | {name: numpy.dtype(code).itemsize for name, code in TYPES.items()}


def write(path, tensors, metadata=None):
    """Writes NumPy arrays by name."""
    names = {numpy.dtype(code): name for name, code in TYPES.items()}
    header, data = ({"__metadata__": metadata} if metadata else {}), b""
    for name, value in tensors.items():
        value = numpy.ascontiguousarray(value)
        header[name] = {"dtype": names[value.dtype], "shape": list(value.shape),
                        "data_offsets": [len(data), len(data) + value.nbytes]}
        data += value.tobytes()
    text = json.dumps(header, ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    pathlib.Path(path).write_bytes(struct.pack("<Q", len(text)) + text + data)


def parse(path):
    """Gives metadata and {name: (dtype, shape, bytes)}; fails on whatever the specification forbids."""
    content = pathlib.Path(path).read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    assert length <= 100_000_000 and content[8:9] == b"{"

    def unique(pairs):
        assert len({key for key, _ in pairs}) == len(pairs), "duplicate keys"
        return dict(pairs)

    header = json.loads(content[8:8 + length], object_pairs_hook=unique)
    metadata = header.pop("__metadata__", {})
    assert all(isinstance(value, str) for value in metadata.values())
    data, end, tensors = content[8 + length:], 0, {}
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin, stop = entry["data_offsets"]
        assert begin == end, f"{name}: a hole or an overlap at {begin}"
        assert stop - begin == SIZES[entry["dtype"]] * int(numpy.prod(entry["shape"], dtype=numpy.int64)), name
        tensors[name] = (entry["dtype"], entry["shape"], data[begin:stop])
        end = stop
    assert end == len(data), "bytes after the last tensor"
    return metadata, tensors


def read(path):
    """NumPy arrays by name."""
    return {name: numpy.frombuffer(raw, TYPES[dtype]).reshape(shape) for name, (dtype, shape, raw) in parse(path)[1].items()}


if __name__ == "__main__":
    result = {}
    for path in sys.argv[1:]:
        metadata, tensors = parse(path)
        result[pathlib.Path(path).name] = {
            "metadata": metadata,
            "tensors": {name: [dtype, shape, raw.hex()] for name, (dtype, shape, raw) in tensors.items()},
        }
    print(json.dumps(result))
