"""XGBoost hist: training of two or four classes, and prediction."""

import numpy as np
import xgboost
from rival import arguments, read_array, report, timed

folder, n_threads, name = arguments()
x, y = read_array(folder, "x_train", 12), read_array(folder, "y_train")
x_test, y_test = read_array(folder, "x_test", 12), read_array(folder, "y_test")
settings = dict(
    n_estimators=100, max_depth=6, learning_rate=0.1, max_bin=256, tree_method="hist", n_jobs=n_threads, verbosity=0
)


def area_under_curve(scores, labels):
    """Area under the ROC curve, ties counted half."""
    values, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2
    positive = labels == 1
    n = positive.sum()
    return (ranks[inverse][positive].sum() - n * (n + 1) / 2) / (n * (len(labels) - n))


if name == "predict-boosting":
    n_learn = min(200_000, len(x))
    model = xgboost.XGBClassifier(**settings).fit(x[:n_learn], y[:n_learn])
    seconds, _ = timed(lambda: model.get_booster().inplace_predict(x))
    report(seconds, None)
else:
    model = xgboost.XGBClassifier(**settings)
    seconds, _ = timed(lambda: model.fit(x, y))
    probabilities = model.predict_proba(x_test).astype(np.float64)
    if name == "boosting-binary":
        report(seconds, area_under_curve(probabilities[:, 1], y_test))
    else:
        report(seconds, -np.log(probabilities[np.arange(len(y_test)), y_test.astype(int)]).mean())
