"""Writes pillow_transforms.json: what Pillow (Debian's python3-pil 9.4) makes of an image, called as torchvision's
functions on PIL images call it.

usage: /usr/bin/python3 pillow_transforms.py >pillow_transforms.json
"""
import base64
import json
import math
import sys

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

AFFINE = Image.Transform.AFFINE


def photo(width, height):
    y, x = np.mgrid[0:height, 0:width]
    noise = np.random.RandomState(3).randint(0, 60, (height, width, 3))
    colours = np.stack([x * 200 // width + 20, y * 170 // height + 40, (x + 2 * y) * 5 % 190 + 10], axis=2)
    colours[height // 3:height // 2, width // 4:width // 2] = (230, 30, 40)
    colours[-3:, :5] = 120
    return Image.fromarray(np.clip(colours + noise - 30, 0, 255).astype(np.uint8))


def image(im):
    return {"width": im.width, "height": im.height, "channels": len(im.getbands()),
            "pixels": base64.b64encode(im.tobytes()).decode()}


def hue(im, turn):
    h, s, v = im.convert("HSV").split()
    shifted = np.array(h, dtype=np.uint8)
    with np.errstate(over="ignore"):
        shifted += np.array(turn * 255).astype(np.int32).astype(np.uint8)
    return Image.merge("HSV", (Image.fromarray(shifted, "L"), s, v)).convert("RGB")


cases = []
for mode in ("RGB", "L"):
    im = photo(23, 17).convert(mode)

    def add(operation, value, result):
        cases.append({"operation": operation, "value": value, "mode": mode, "image": image(result)})

    fill = (7, 7, 7) if mode == "RGB" else 7
    for angle in (0, 17.5, -33, 90, 180, 270, 361.25):
        for name, filter in (("nearest", Image.Resampling.NEAREST), ("bilinear", Image.Resampling.BILINEAR)):
            for expand in (False, True):
                add(f"rotate {name}{' expand' if expand else ''}", angle, im.rotate(angle, filter, expand, fillcolor=fill))
    for shear in (0.09, -0.3):
        add("shear x", shear, im.transform(im.size, AFFINE, [1, math.tan(math.atan(shear)), 0, 0, 1, 0], 0, fillcolor=fill))
        add("shear y", shear, im.transform(im.size, AFFINE, [1, 0, 0, math.tan(math.atan(shear)), 1, 0], 0, fillcolor=fill))
    for shift in (3, -4):
        add("shift x", shift, im.transform(im.size, AFFINE, [1, 0, -shift, 0, 1, 0], 0, fillcolor=fill))
        add("shift y", shift, im.transform(im.size, AFFINE, [1, 0, 0, 0, 1, -shift], 0, fillcolor=fill))
    for factor in (0, 0.37, 1, 1.27, 1.9):
        add("brightness", factor, ImageEnhance.Brightness(im).enhance(factor))
        add("contrast", factor, ImageEnhance.Contrast(im).enhance(factor))
        add("saturation", factor, ImageEnhance.Color(im).enhance(factor))
        add("sharpness", factor, ImageEnhance.Sharpness(im).enhance(factor))
    if mode == "RGB":
        for turn in (-0.5, -0.13, 0, 0.21, 0.5):
            add("hue", turn, hue(im, turn))
    for bits in (8, 7, 4):
        add("posterize", bits, ImageOps.posterize(im, bits))
    for threshold in (0, 178.5, 255):
        add("solarize", threshold, ImageOps.solarize(im, threshold))
    add("autocontrast", 0, ImageOps.autocontrast(im))
    add("equalize", 0, ImageOps.equalize(im))
json.dump({"RGB": image(photo(23, 17)), "L": image(photo(23, 17).convert("L")), "cases": cases}, sys.stdout, indent=1)
