#!/usr/bin/python3
"""Writes normalization.txt: what Unicode normalization (UAX #15) needs to know, from Python's unicodedata.

One line each, numbers in hexadecimal:
    C first last class      canonical combining class of a range
    D code mapping...       canonical decomposition, whole; "D*" where composition leaves it decomposed
    K code mapping...       compatibility decomposition, whole
Hangul syllables are left out: they follow a rule.
"""
import os
import unicodedata as u


def hexed(text):
    return " ".join(f"{ord(c):X}" for c in text)


lines, run = [f"# Unicode {u.unidata_version}"], None
for code in range(0x110000):
    ccc = u.combining(chr(code))
    if run and (run[1], ccc) == (code - 1, run[2]):
        run[1] = code
        continue
    if run and run[2]:
        lines.append(f"C {run[0]:X} {run[1]:X} {run[2]:X}")
    run = [code, code, ccc]
for code in range(0x110000):
    c = chr(code)
    if 0xAC00 <= code <= 0xD7A3 or 0xD800 <= code <= 0xDFFF:
        continue
    canonical, compatible = u.normalize("NFD", c), u.normalize("NFKD", c)
    if canonical != c:
        kind = "D" if u.normalize("NFC", c) == c else "D*"
        lines.append(f"{kind} {code:X} {hexed(canonical)}")
    if compatible != canonical:
        lines.append(f"K {code:X} {hexed(compatible)}")
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "normalization.txt")
with open(path, "w", newline="\n") as file:
    file.write("\n".join(lines) + "\n")
