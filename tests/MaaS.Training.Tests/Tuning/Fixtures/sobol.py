"""Writes what SciPy says of the Sobol sequence and of truncated normal kernels: sobol.json beside it.

python3 sobol.py            the fixture (SciPy 1.10, Debian's python3-scipy)
python3 sobol.py --table    the table of src/MaaS.Training/Tuning/Sampling/SobolDirections.cs
"""
import json
import os
import sys

import numpy as np
import scipy.stats
from scipy.stats import qmc, truncnorm

DIMENSIONS = 64
here = os.path.dirname(os.path.abspath(__file__))
if "--table" in sys.argv:
    numbers = np.load(os.path.join(os.path.dirname(scipy.stats.__file__), "_sobol_direction_numbers.npz"))
    for k in range(1, DIMENSIONS):
        polynomial = int(numbers["poly"][k])
        print(f'"{polynomial} {" ".join(str(int(m)) for m in numbers["vinit"][k][: polynomial.bit_length() - 1])}",')
    sys.exit()

points = qmc.Sobol(DIMENSIONS, scramble=False).random(64)
kernels = []
for low, high, mean in [(-5.0, 10.0, 2.5), (0.0, 1.0, 0.95), (-10.0, -1.0, -9.5)]:
    width = 0.2 * (high - low)  # of one trial alone
    places = np.linspace(low, high, 7)
    a, b = (low - mean) / width, (high - mean) / width
    kernels.append({
        "low": low, "high": high, "mean": mean, "places": places.tolist(),
        "log_density": truncnorm(a, b, loc=mean, scale=width).logpdf(places).tolist(),
        "expectation": float(truncnorm(a, b, loc=mean, scale=width).mean()),
        "deviation": float(truncnorm(a, b, loc=mean, scale=width).std()),
    })
with open(os.path.join(here, "sobol.json"), "w") as file:
    json.dump({"points": points.tolist(), "kernels": kernels}, file)
