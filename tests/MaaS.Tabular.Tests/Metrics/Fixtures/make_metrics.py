"""Writes metrics.json: scikit-learn's metrics of small random predictions, ties among them, and a corrected t-test by scipy.

Run with a Python that has scikit-learn 1.2 (Debian: python3-sklearn).
"""
import json
import pathlib

import numpy as np
from scipy import stats
from sklearn import metrics
from sklearn.preprocessing import label_binarize

rng = np.random.default_rng(11)


def calibration_error(y, p):
    """Guo et al. 2017, equation 3, of fifteen bins; not in scikit-learn."""
    sure, right = p.max(1), p.argmax(1) == y
    bins = np.clip(np.ceil(sure * 15).astype(int) - 1, 0, 14)
    return float(sum(abs(right[bins == b].mean() - sure[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins)))


def classes(count, rows):
    y = np.concatenate([np.arange(count), rng.integers(0, count, rows - count)])
    p = np.exp(np.round(rng.normal(size=(rows, count)) + 1.2 * np.eye(count)[y], 1))
    p /= p.sum(1, keepdims=True)
    best, one = p.argmax(1), np.eye(count)[y]
    auc = (y, p[:, 1]) if count == 2 else (y, p)
    return {
        "y": y.tolist(), "p": p.tolist(), "classes": count,
        "scores": {
            "accuracy": metrics.accuracy_score(y, best), "balanced-accuracy": metrics.balanced_accuracy_score(y, best),
            "f1-macro": metrics.f1_score(y, best, average="macro"), "mcc": metrics.matthews_corrcoef(y, best),
            "kappa": metrics.cohen_kappa_score(y, best), "log-loss": metrics.log_loss(y, p),
            "brier": metrics.brier_score_loss(y, p[:, 1]) if count == 2 else float(((p - one) ** 2).sum(1).mean()),
            "ece": calibration_error(y, p.astype(np.float32).astype(float)),
            "roc-auc": metrics.roc_auc_score(*auc, **({} if count == 2 else {"multi_class": "ovr"})),
            "pr-auc": metrics.average_precision_score(y, p[:, 1]) if count == 2
            else metrics.average_precision_score(label_binarize(y, classes=range(count)), p, average="macro"),
        },
    }


y = rng.normal(size=50) * 3
p = y + rng.normal(size=50)
first, second = rng.normal(0.8, 0.05, 10), rng.normal(0.75, 0.05, 10)
d, train, test = first - second, 90, 10
t = d.mean() / np.sqrt((1 / len(d) + test / train) * d.var(ddof=1))
fixture = {
    "classes": [classes(2, 60), classes(4, 80)],
    "numbers": {
        "y": y.tolist(), "p": p.tolist(),
        "scores": {
            "rmse": metrics.mean_squared_error(y, p, squared=False), "mae": metrics.mean_absolute_error(y, p),
            "mape": metrics.mean_absolute_percentage_error(y, p), "r2": metrics.r2_score(y, p),
            "explained-variance": metrics.explained_variance_score(y, p),
            "median-absolute-error": metrics.median_absolute_error(y, p), "max-error": metrics.max_error(y, p),
            "pinball": metrics.mean_pinball_loss(y, p), "pinball-0.9": metrics.mean_pinball_loss(y, p, alpha=0.9),
        },
    },
    "ttest": {"first": first.tolist(), "second": second.tolist(), "train": train, "test": test, "t": t,
              "p": float(2 * stats.t.sf(abs(t), len(d) - 1)),
              "interval": (first.mean() + np.array([-1, 1]) * stats.t.ppf(0.975, len(d) - 1) * np.sqrt(
                  (1 / len(d) + test / train) * first.var(ddof=1))).tolist()},
}
pathlib.Path(__file__).with_name("metrics.json").write_text(json.dumps(fixture))
