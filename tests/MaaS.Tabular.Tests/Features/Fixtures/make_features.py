"""Writes features.json: scikit-learn's transforms of a small table with missing cells, fitted on its first rows.

Run with a Python that has scikit-learn 1.2 (Debian: python3-sklearn).
"""
import json
import pathlib

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (FunctionTransformer, MinMaxScaler, OneHotEncoder, OrdinalEncoder, PowerTransformer,
                                   RobustScaler, StandardScaler)

rng = np.random.default_rng(7)
rows, train = 60, 40
x = np.column_stack([
    rng.normal(10, 3, rows), rng.lognormal(1, 1, rows), -rng.lognormal(0, 0.7, rows) + 1,
    np.round(rng.normal(0, 2, rows)), np.full(rows, 4.0)])
x[rng.random(x.shape) < 0.1] = np.nan
x[:, 4] = 4.0
city = rng.choice(["Kyoto", "Osaka", "Nara", "Ōtsu"], rows)
city[train:train + 3] = "Kobe"    # never seen in training
y = rng.normal(size=rows) + (city == "Kyoto")


def numbers(impute, *steps):
    pipe = make_pipeline(SimpleImputer(strategy=impute), *steps)
    pipe.fit(x[:train])
    return pipe.transform(x[train:]).tolist()


def target_means(rows_used, cells, smoothing):
    prior = y[rows_used].mean()
    def mean(cell):
        own = y[rows_used][city[rows_used] == cell]
        return float((own.sum() + smoothing * prior) / (len(own) + smoothing))
    return [mean(c) for c in cells]


fixture = {
    "rows": rows, "train": train,
    "x": [[None if np.isnan(v) else v for v in row] for row in x.tolist()], "city": city.tolist(), "y": y.tolist(),
    "numbers": {
        "Median/None/Standard": numbers("median", StandardScaler()),
        "Mean/None/Robust": numbers("mean", RobustScaler()),
        "Mode/None/MinMax": numbers("most_frequent", MinMaxScaler()),
        "Median/Log/Standard": numbers(
            "median", FunctionTransformer(lambda v: np.sign(v) * np.log1p(np.abs(v))), StandardScaler()),
        "Median/YeoJohnson/Standard": numbers("median", PowerTransformer("yeo-johnson")),
        "Median/None/None": numbers("median"),
    },
    "lambdas": PowerTransformer("yeo-johnson").fit(SimpleImputer(strategy="median").fit_transform(x[:train])).lambdas_.tolist(),
    "oneHot": OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(city[:train, None]).transform(
        city[train:, None]).tolist(),
    "ordinal": OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1).fit(city[:train, None]).transform(
        city[train:, None])[:, 0].tolist(),
    "target": target_means(np.arange(train), city[train:], 10),
}
pathlib.Path(__file__).with_name("features.json").write_text(json.dumps(fixture))
