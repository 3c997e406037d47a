"""Orders of rows: by likeness, by words, by both, and by likeness without repetition.

Similarities are larger for what is nearer: the cosine, the dot product, or the negated length of
the difference. None is ever NaN: a zero vector's cosine is 0. Sums are in double precision.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

# BM25's usual parameters: how soon repetition stops counting, and how much length counts.
SATURATION = 1.2
LENGTH_WEIGHT = 0.75

# Whose mean length stands for that of all.
MEASURED_TEXTS = 2_000
# Of a question, so that a server can be asked for all of them at once; the rest is not looked for.
MOST_WORDS = 50

_WORD = re.compile(r"\w+")


def words_of(text: str) -> list[str]:
    """The runs of letters, digits and underscores, without their case."""
    return _WORD.findall(text.casefold())


def similarities(metric: str, query: Sequence[float], vectors: Sequence[Sequence[float]]) -> Any:
    """One similarity for each vector, as an array of doubles."""
    if not vectors:
        return np.zeros(0)
    for vector in vectors:
        if len(vector) != len(query):
            raise ValueError(
                f"The query has {len(query)} dimensions, a vector {len(vector)}.")
    rows = np.asarray(vectors, dtype=np.float32).astype(np.float64)
    q = np.asarray(query, dtype=np.float32).astype(np.float64)
    if metric == "euclidean":
        return -np.sqrt(((rows - q) ** 2).sum(axis=1))
    products = rows @ q
    if metric == "dot_product":
        return products
    lengths = np.sqrt((rows**2).sum(axis=1)) * math.sqrt(float(q @ q))
    safe = np.where(lengths > 0, lengths, 1)
    return np.clip(np.where(lengths > 0, products / safe, 0), -1, 1)


def nearest(
    metric: str, query: Sequence[float], vectors: dict[str, Sequence[float]], k: int
) -> list[tuple[str, float]]:
    """The k most similar, best first; equals by id."""
    scores = similarities(metric, query, list(vectors.values()))
    order = sorted(zip(vectors, scores.tolist(), strict=True), key=lambda pair: (-pair[1], pair[0]))
    return order[: max(k, 0)]


def bm25(
    question: Iterable[str], texts: dict[str, Sequence[str]], count: int, mean_length: float
) -> dict[str, float]:
    """Okapi BM25 of each text that has a word of the question.

    `texts` holds every text that has one, of `count` texts of `mean_length` words in all.
    """
    counts = {id: Counter(words) for id, words in texts.items()}
    scores: dict[str, float] = {}
    for word in dict.fromkeys(question):
        having = [id for id in counts if word in counts[id]]
        weight = math.log(1 + (count - len(having) + 0.5) / (len(having) + 0.5))
        for id in having:
            frequency = counts[id][word]
            relative = len(texts[id]) / mean_length if mean_length > 0 else 1
            damping = SATURATION * (1 - LENGTH_WEIGHT + LENGTH_WEIGHT * relative)
            scores[id] = scores.get(id, 0) + (
                weight * frequency * (SATURATION + 1) / (frequency + damping))
    return scores


def fuse(
    by_likeness: Sequence[tuple[str, float]], by_words: Sequence[tuple[str, float]], alpha: float,
    k: int,
) -> list[tuple[str, float]]:
    """Both lists in one: scores of each are stretched to 0 … 1, weighed with alpha, and added."""

    def stretched(pairs: Sequence[tuple[str, float]]) -> dict[str, float]:
        if not pairs:
            return {}
        low, high = min(s for _, s in pairs), max(s for _, s in pairs)
        return {id: (s - low) / (high - low) if high > low else 1.0 for id, s in pairs}

    total: dict[str, float] = {}
    for weight, scores in ((alpha, stretched(by_likeness)), (1 - alpha, stretched(by_words))):
        if weight > 0:
            for id, score in scores.items():
                total[id] = total.get(id, 0) + weight * score
    return sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))[: max(k, 0)]


def diverse(
    metric: str, query: Sequence[float], vectors: dict[str, Sequence[float]], k: int, weight: float
) -> list[tuple[str, float]]:
    """Maximal marginal relevance: one by one the vector with the largest

        weight · similarity to the query - (1 - weight) · largest similarity to a chosen one

    with its true similarity to the query.
    """
    ids = list(vectors)
    rows = list(vectors.values())
    relevance = similarities(metric, query, rows)
    # The best first, so that the first of equals is the more relevant one.
    left = sorted(range(len(ids)), key=lambda row: (-relevance[row], ids[row]))
    repeated = np.full(len(ids), -np.inf)
    chosen: list[tuple[str, float]] = []
    while left and len(chosen) < k:
        if chosen:
            best = max(left, key=lambda row: weight * relevance[row]
                       - (1 - weight) * repeated[row])
        else:
            best = left[0]
        left.remove(best)
        chosen.append((ids[best], float(relevance[best])))
        repeated = np.maximum(repeated, similarities(metric, rows[best], rows))
    return chosen
