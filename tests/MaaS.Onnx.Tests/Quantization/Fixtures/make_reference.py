"""Writes reference.json: calibration, weight and bias quantization computed by NumPy alone.

Run with /usr/bin/python3 make_reference.py in this folder. Every value that a test compares is computed here from the
definitions in the literature; nothing is taken from MaaS.
"""
import base64
import json
import numpy as np

rng = np.random.default_rng(20240917)
LEVELS = {"signed": 128, "positive": 256}


def b64(a, dtype):
    return base64.b64encode(np.ascontiguousarray(a, dtype=dtype).tobytes()).decode()


def scale_zero_point(lo, hi, qmin=0, qmax=255):
    lo, hi = min(0.0, float(lo)), max(0.0, float(hi))
    scale = np.float32((hi - lo) / (qmax - qmin))
    zero = int(np.clip(np.rint(qmin - lo / np.float64(scale)), qmin, qmax))
    return {"scale": float(scale), "zero_point": zero}


def histogram(x):
    """Magnitudes in bins as wide as the least power of two with which 4096 bins hold all of them."""
    a = np.abs(x.astype(np.float64))
    k = -120
    while a.max() >= 4096 * 2.0 ** k:
        k += 1
    width = 2.0 ** k
    used = int(a.max() / width) + 1
    counts, _ = np.histogram(a, bins=used, range=(0, used * width))
    return counts.astype(np.float64), width


def percentile_threshold(x, percentile):
    counts, width = histogram(x)
    share = np.cumsum(counts) / counts.sum()
    return (int(np.argmax(share >= percentile / 100)) + 1) * width


def smooth(p, eps=1e-4):
    zero = p == 0
    if zero.all():
        return None
    taken = eps * zero.sum() / (~zero).sum()
    out = np.where(zero, eps, p - taken)
    return out if (out > 0).all() else None


def entropy_threshold(x):
    counts, width = histogram(x)
    counts[0] = counts[1]  # zeros are exact under every threshold
    levels = LEVELS["positive" if x.min() >= 0 else "signed"]
    divergences = {}
    for kept in range(levels, len(counts) + 1):
        inner = counts[:kept]
        p = inner.copy()
        p[-1] += counts[kept:].sum()
        group = np.minimum(np.arange(kept) // (kept // levels), levels - 1)
        sums = np.bincount(group, weights=inner, minlength=levels)
        occupied = np.bincount(group, weights=(p != 0), minlength=levels)
        q = np.where(p != 0, (sums / np.maximum(occupied, 1))[group], 0.0)
        p, q = smooth(p), smooth(q)
        if p is None or q is None:
            continue
        p, q = p / p.sum(), q / q.sum()
        divergences[kept] = float(np.sum(p * np.log(p / q)))
    best = min(divergences, key=divergences.get)
    return best * width


def squared_error(x, lo, hi):
    s = scale_zero_point(lo, hi)
    q = np.clip(np.rint(x / s["scale"]) + s["zero_point"], 0, 255)
    return float(np.mean((x - s["scale"] * (q - s["zero_point"])) ** 2))


def calibration(name, batches):
    x = np.concatenate(batches)
    lo, hi = float(x.min()), float(x.max())
    average = (float(batches[0].min()), float(batches[0].max()))
    for b in batches[1:]:
        average = tuple(a + 0.01 * (float(v) - a) for a, v in zip(average, (b.min(), b.max())))
    thresholds = [max(abs(lo), abs(hi)) * i / 100 for i in range(1, 101)]
    errors = [squared_error(x.astype(np.float64), max(lo, -t), min(hi, t)) for t in thresholds]
    return {
        "name": name,
        "batches": [b64(b, "<f4") for b in batches],
        "minmax": {"min": lo, "max": hi, "uint8": scale_zero_point(lo, hi), "int8": scale_zero_point(lo, hi, -128, 127)},
        "moving_average": {"min": average[0], "max": average[1]},
        "percentile_99_9": percentile_threshold(x, 99.9),
        "percentile_99_999": percentile_threshold(x, 99.999),
        "entropy": entropy_threshold(x),
        "mse_least": min(errors),
    }


def gelu(x):
    from math import erf
    return np.float32([v * 0.5 * (1 + erf(v / 2 ** 0.5)) for v in x])


normal = rng.standard_normal(6000).astype(np.float32)
tails = rng.standard_t(3, 6000).astype(np.float32) * np.float32(0.3)
relu = np.maximum(rng.laplace(0, 2, 6000), 0).astype(np.float32)
growing = [(rng.standard_normal(1500) * 4 ** i).astype(np.float32) for i in range(4)]
distributions = [
    calibration("normal", np.split(normal, 4)),
    calibration("heavy-tails", np.split(tails, 4)),
    calibration("relu", np.split(relu, 4)),
    calibration("gelu", np.split(gelu(rng.standard_normal(4000) * 2), 4)),
    calibration("growing", growing),
]


def weights(name, dims, axis, limit):
    w = (rng.standard_normal(dims) * 0.2).astype(np.float32)
    if axis is not None:
        w = w * rng.uniform(0.01, 3, dims[axis]).astype(np.float32).reshape([-1 if i == axis else 1 for i in range(len(dims))])
    over = tuple(i for i in range(len(dims)) if i != axis) if axis is not None else None
    scale = (np.abs(w).max(axis=over, keepdims=axis is not None) / np.float32(limit)).astype(np.float32)
    q = np.clip(np.rint(w / scale), -limit, limit).astype(np.int8)
    return {"name": name, "dims": dims, "axis": axis, "reduce_range": limit == 64, "weights": b64(w, "<f4"),
            "scales": b64(np.ravel(scale), "<f4"), "quantized": b64(q, "i1")}


def blocks(name, k, n, bits, size, symmetric):
    w = (rng.standard_normal((k, n)) * 0.1).astype(np.float32)
    count, top, half = -(-k // size), 2 ** bits - 1, 2 ** (bits - 1)
    values = np.full((n, count, size), 0, np.uint8)
    scales, zeros = np.zeros((n, count), np.float32), np.zeros((n, count), np.uint8)
    for j in range(n):
        for b in range(count):
            v = w[b * size:(b + 1) * size, j]
            if symmetric:
                s, z = np.float32(v[np.argmax(np.abs(v))] / np.float32(-half)), half
            else:
                lo, hi = min(np.float32(0), v.min()), max(np.float32(0), v.max())
                s = np.float32((hi - lo) / np.float32(top))
                z = int(np.clip(np.rint(-lo / s), 0, top))
            q = np.clip(np.rint(v / s) + z, 0, top).astype(np.uint8)
            values[j, b] = z
            values[j, b, :len(v)] = q
            scales[j, b], zeros[j, b] = s, z

    def pack(a):
        if bits == 8:
            return a
        if a.shape[-1] % 2:
            a = np.concatenate([a, np.zeros(a.shape[:-1] + (1,), np.uint8)], -1)
        return a[..., 0::2] | (a[..., 1::2] << 4)

    return {"name": name, "k": k, "n": n, "bits": bits, "block_size": size, "symmetric": symmetric,
            "weights": b64(w, "<f4"), "packed": b64(pack(values), "u1"), "scales": b64(scales, "<f4"),
            "zero_points": None if symmetric else b64(pack(zeros), "u1")}


bias = np.float32([0.5, -1.25, 3.0, 0.0])
bias_scale = np.float32([1e-3, 2e-4, 5e-5, 1e-3])
out = {
    "calibration": distributions,
    "weights": [weights("conv", [8, 3, 3, 3], 0, 127), weights("matmul", [20, 12], 1, 127),
                weights("per-tensor", [6, 10], None, 127), weights("reduced", [5, 7], 0, 64)],
    "blocks": [blocks("int4", 40, 3, 4, 16, True), blocks("int4 zero points", 80, 3, 4, 16, False),
               blocks("int8", 40, 2, 8, 32, True)],
    "bias": {"bias": bias.tolist(), "scales": b64(bias_scale, "<f4"),
             "quantized": np.rint(bias.astype(np.float64) / bias_scale).astype(int).tolist()},
}
with open("reference.json", "w") as f:
    json.dump(out, f, indent=1)
