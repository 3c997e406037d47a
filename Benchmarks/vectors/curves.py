"""Recall and throughput as curves, and what a curve says at a given recall."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

TARGETS = (0.90, 0.95, 0.99)


def at_recall(target: float, recalls: Sequence[float], rates: Sequence[float]) -> float | None:
    """Queries per second at `target`: the logarithm of the rate is taken to be linear in recall
    between two measured points. None when no point reaches the target. When even the narrowest
    search is better than the target, its rate: there is no faster one.

    A point that another one beats in both recall and rate is no part of the curve."""
    curve: list[tuple[float, float]] = []
    for recall, rate in sorted(zip(recalls, rates), key=lambda point: (-point[0], -point[1])):
        if not curve or rate > curve[-1][1]:
            curve.append((recall, rate))
    curve.reverse()  # recall rises, the rate falls
    if not curve or curve[-1][0] < target:
        return None
    if curve[0][0] >= target:
        return curve[0][1]
    for (low, fast), (high, slow) in zip(curve, curve[1:]):
        if low <= target <= high:
            share = (target - low) / (high - low)
            return math.exp(math.log(fast) * (1 - share) + math.log(slow) * share)
    raise AssertionError("the target lies between the first and the last point")


def spread(values: Sequence[float]) -> dict[str, float]:
    return {"median": statistics.median(values), "low": min(values), "high": max(values)}
