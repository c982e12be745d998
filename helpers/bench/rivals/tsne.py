"""scikit-learn's Barnes-Hut t-SNE (tsne-10k) or openTSNE (tsne-50k), 1,000 iterations in all."""

from rival import arguments, read_array, report, timed

folder, n_threads, name = arguments()
x = read_array(folder, "x", 13)
if name == "tsne-10k":
    from sklearn.manifold import TSNE

    model = TSNE(n_jobs=n_threads, random_state=0, max_iter=1000)
    seconds, _ = timed(lambda: model.fit_transform(x))
    report(seconds, model.kl_divergence_)
else:
    from openTSNE import TSNE

    seconds, embedding = timed(lambda: TSNE(n_jobs=n_threads, random_state=0, n_iter=750).fit(x))
    report(seconds, embedding.kl_divergence)
