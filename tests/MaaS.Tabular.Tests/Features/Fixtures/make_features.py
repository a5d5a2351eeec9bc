"""Writes features.json: scikit-learn's transforms of a small table with missing cells, fitted on its first rows.

Run with a Python that has scikit-learn 1.2 (Debian: python3-sklearn).
"""
import json
import pathlib

import numpy as np
from sklearn.feature_extraction import FeatureHasher
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (FunctionTransformer, KBinsDiscretizer, MinMaxScaler, OneHotEncoder, OrdinalEncoder,
                                   PolynomialFeatures, PowerTransformer, RobustScaler, StandardScaler)

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
words = ["blue", "Green", "RED", "yellow2", "ÜBER", "a", "don't", "Straße", "unique"]
texts = [" ".join(rng.choice(words, rng.integers(1, 9))) + rng.choice(["", "!", " x_1"]) for _ in range(rows)]
texts[train] = "nothing known"
texts[3] += " only-here"
days = rng.integers(-3000, 20000, rows)
seconds = rng.integers(0, 86400, rows)


def bins(strategy, encode):
    return numbers("median", KBinsDiscretizer(4, strategy=strategy, encode=encode, subsample=None))


def cycles():
    when = (days.astype("datetime64[D]") + np.timedelta64(0, "s")).astype("datetime64[s]") + seconds.astype("timedelta64[s]")
    month = when.astype("datetime64[M]").astype(int) % 12
    day = (when.astype("datetime64[D]") - when.astype("datetime64[M]").astype("datetime64[D]")).astype(int)
    weekday = (days + 3) % 7
    turns = [(month, 12), (day, 31), (weekday, 7), (seconds, 86400)]
    parts = [f(2 * np.pi * at / length) for at, length in turns for f in (np.sin, np.cos)]
    return {"when": [str(w) for w in when], "hour": (seconds / 3600).tolist(), "turns": np.column_stack(parts).tolist()}


def numbers(impute, *steps):
    pipe = make_pipeline(SimpleImputer(strategy=impute), *steps)
    pipe.fit(x[:train])
    return np.asarray(pipe.transform(x[train:])).tolist()


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
    "bins": {"Quantile/OneHot": bins("quantile", "onehot-dense"), "Quantile/Ordinal": bins("quantile", "ordinal"),
             "Uniform/OneHot": bins("uniform", "onehot-dense"), "Uniform/Ordinal": bins("uniform", "ordinal")},
    "interactions": numbers("median", StandardScaler(), PolynomialFeatures(2, interaction_only=True, include_bias=False)),
    "hashed": FeatureHasher(6, input_type="string").transform([[c] for c in city[train:]]).toarray().tolist(),
    "texts": texts,
    "tfidf": TfidfVectorizer(sublinear_tf=True, min_df=2).fit(texts[:train]).transform(texts[train:]).toarray().tolist(),
    "cycles": cycles(),
    "target": target_means(np.arange(train), city[train:], 10),
}
pathlib.Path(__file__).with_name("features.json").write_text(json.dumps(fixture))
