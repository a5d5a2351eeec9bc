"""Writes digits.bin: 1200 of scikit-learn's 8x8 handwritten digits; a label, then 64 grey values, a byte each."""
import pathlib

import numpy as np
from sklearn.datasets import load_digits

digits = load_digits()
images = np.clip(digits.images * 16, 0, 255).astype(np.uint8).reshape(-1, 64)
rows = np.concatenate([digits.target.astype(np.uint8)[:, None], images], 1)[:1200]
pathlib.Path(__file__).with_name("digits.bin").write_bytes(rows.tobytes())
