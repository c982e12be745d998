"""scikit-learn's DBSCAN: once (dbscan), or over 5 eps and 3 min_samples (dbscan-sweep)."""

from rival import arguments, read_array, report, timed
from sklearn.cluster import DBSCAN

folder, n_threads, name = arguments()
x = read_array(folder, "x", 4)


def labels_for(eps, min_samples):
    return DBSCAN(eps=eps, min_samples=min_samples, n_jobs=n_threads).fit(x).labels_


if name == "dbscan":
    seconds, labels = timed(lambda: labels_for(0.3, 10))
    fingerprint = 0
    for label in labels.tolist():
        fingerprint = (fingerprint * 31 + label + 2) % 1_000_000_007
    report(seconds, fingerprint)
else:
    settings = [(eps, m) for eps in (0.1, 0.15, 0.2, 0.25, 0.3) for m in (5, 10, 20)]
    seconds, n_clusters = timed(lambda: sum(int(labels_for(*s).max()) + 1 for s in settings))
    report(seconds, n_clusters)
