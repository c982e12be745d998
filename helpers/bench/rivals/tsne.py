"""scikit-learn's Barnes-Hut t-SNE (tsne-10k) or openTSNE (tsne-50k), 1,000 iterations in all."""

from rival import arguments, read_array, report, timed
from sklearn.neighbors import NearestNeighbors

N_NEAREST = 10


def kept(x, y):
    """Share of the nearest neighbours in x that are so in y too."""
    before = NearestNeighbors(n_neighbors=N_NEAREST).fit(x).kneighbors(return_distance=False)
    after = NearestNeighbors(n_neighbors=N_NEAREST).fit(y).kneighbors(return_distance=False)
    return sum(len(set(a) & set(b)) for a, b in zip(before, after)) / before.size


folder, n_threads, name = arguments()
x = read_array(folder, "x", 13)
if name == "tsne-10k":
    from sklearn.manifold import TSNE

    model = TSNE(n_jobs=n_threads, random_state=0, max_iter=1000)
    seconds, embedding = timed(lambda: model.fit_transform(x))
    report(seconds, model.kl_divergence_, kept(x, embedding))
else:
    from openTSNE import TSNE

    seconds, embedding = timed(lambda: TSNE(n_jobs=n_threads, random_state=0, n_iter=750).fit(x))
    report(seconds, embedding.kl_divergence, kept(x, embedding))
