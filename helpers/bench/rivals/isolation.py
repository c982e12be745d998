"""scikit-learn's isolation forest, fit and score."""

from rival import arguments, read_array, report, timed
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score

folder, n_threads, _ = arguments()
x = read_array(folder, "x", 13)
labels = read_array(folder, "labels")


def work():
    forest = IsolationForest(n_estimators=100, max_samples=256, n_jobs=n_threads, random_state=1).fit(x)
    return -forest.score_samples(x)


seconds, scores = timed(work)
report(seconds, roc_auc_score(labels, scores))
