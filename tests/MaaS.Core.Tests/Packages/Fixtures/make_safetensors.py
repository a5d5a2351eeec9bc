"""Writes every_type.safetensors byte by byte as the format's specification says, without any library for it.

The values are small, so that the expected numbers can stand in the test.
"""
import json
import pathlib
import struct

tensors = [  # name, dtype, shape, bytes
    ("f64", "F64", [2], struct.pack("<2d", 0.5, -1e300)),
    ("i64", "I64", [], struct.pack("<q", -(2 ** 62))),
    ("u64", "U64", [1], struct.pack("<Q", 2 ** 64 - 1)),
    ("f32", "F32", [2, 3], struct.pack("<6f", 0, 1, 2, 3, 4, 5)),
    ("i32", "I32", [1], struct.pack("<i", -7)),
    ("u32", "U32", [1], struct.pack("<I", 2 ** 32 - 1)),
    ("f16", "F16", [2], struct.pack("<2e", 1.5, -2.0)),
    ("bf16", "BF16", [2], struct.pack("<2H", 0x3F80, 0xC000)),
    ("i16", "I16", [1], struct.pack("<h", -300)),
    ("u16", "U16", [1], struct.pack("<H", 65535)),
    ("i8", "I8", [1], struct.pack("<b", -128)),
    ("u8", "U8", [3], bytes([1, 2, 255])),
    ("bool", "BOOL", [2], bytes([1, 0])),
    ("f8a", "F8_E4M3", [1], bytes([0x38])),
    ("f8b", "F8_E5M2", [1], bytes([0x3C])),
    ("empty", "F32", [0, 4], b""),
]
header, data = {"__metadata__": {"format": "pt", "grüße": "ja"}}, b""
for name, dtype, shape, raw in tensors:
    header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(raw)]}
    data += raw
text = json.dumps(header, ensure_ascii=False).encode()
text += b" " * (-len(text) % 8)
pathlib.Path(__file__).with_name("every_type.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)
