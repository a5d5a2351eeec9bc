"""Writes pillow.json: files that Pillow wrote and read, and images that it scaled (Debian's python3-pil 9.4).

usage: /usr/bin/python3 pillow.py >pillow.json
"""
import base64
import io
import json
import sys

import numpy as np
from PIL import Image, ImageOps


def photo(width, height):
    """Smooth colours with an edge and some noise, the same each time."""
    y, x = np.mgrid[0:height, 0:width]
    noise = np.random.RandomState(7).randint(0, 30, (height, width, 3))
    colours = np.stack([x * 255 // width, y * 255 // height, (x + 2 * y) * 5 % 256], axis=2)
    colours[height // 3:height // 2, width // 4:width // 2] = (250, 10, 30)
    return Image.fromarray(np.clip(colours + noise - 15, 0, 255).astype(np.uint8))


def pack(raw):
    return base64.b64encode(raw).decode()


def image(im):
    return {"width": im.width, "height": im.height, "channels": len(im.getbands()), "pixels": pack(im.tobytes())}


def encoded(im, kind, **options):
    buffer = io.BytesIO()
    im.save(buffer, kind, **options)
    return buffer.getvalue()


source = photo(37, 29)
files = {}
for name, kind, options in [
        ("jpeg-420", "JPEG", {"quality": 90, "subsampling": 2}), ("jpeg-444", "JPEG", {"quality": 90, "subsampling": 0}),
        ("png", "PNG", {}), ("webp", "WEBP", {"lossless": True}), ("bmp", "BMP", {})]:
    raw = encoded(source, kind, **options)
    files[name] = {"file": pack(raw), "image": image(Image.open(io.BytesIO(raw)).convert("RGB"))}
files["jpeg-grey"] = {"file": pack(raw := encoded(source.convert("L"), "JPEG")),
                      "image": image(Image.open(io.BytesIO(raw)))}
palette = source.quantize(16)
raw = encoded(palette, "GIF", save_all=True, append_images=[ImageOps.flip(palette)])
files["gif"] = {"file": pack(raw), "image": image(Image.open(io.BytesIO(raw)).convert("RGB"))}
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    raw = encoded(photo(13, 9), "JPEG", quality=95, subsampling=0, exif=exif)
    files[f"exif-{orientation}"] = {
        "file": pack(raw), "image": image(ImageOps.exif_transpose(Image.open(io.BytesIO(raw))))}

scaled = []
for mode, size, filter in [
        ("RGB", (20, 16), "bilinear"), ("RGB", (74, 51), "bilinear"), ("RGB", (11, 40), "bilinear"),
        ("RGB", (37, 12), "bilinear"), ("RGB", (20, 16), "bicubic"), ("RGB", (90, 33), "bicubic"),
        ("RGB", (20, 16), "nearest"), ("RGB", (64, 50), "nearest"), ("L", (13, 17), "bilinear"),
        ("L", (50, 60), "bicubic"), ("L", (9, 9), "nearest")]:
    im = source.convert(mode)
    scaled.append({"filter": filter, "from": image(im),
                   "to": image(im.resize(size, getattr(Image.Resampling, filter.upper())))})
json.dump({"files": files, "scaled": scaled, "grey": {"from": image(source), "to": image(source.convert("L"))}},
          sys.stdout, indent=1)
