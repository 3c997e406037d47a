"""Finds what Python's standard library says twice: groups of functions whose descriptions mean
almost the same, though hardly any two are equal letter for letter.

    python deduplicate.py
"""

from __future__ import annotations

import martlet
from minilm import Embedder
from standard_library import entries

ALIKE = 0.95  # cosine
NEIGHBORS = 12
SHOWN = 12


def groups(index: martlet.Index, count: int) -> list[list[int]]:
    """Ids that are alike, directly or by way of others. Largest groups first."""
    ids, distances = index.search(index.get(range(count)), k=NEIGHBORS)
    parent = list(range(count))

    def root(id: int) -> int:
        while parent[id] != id:
            parent[id] = parent[parent[id]]
            id = parent[id]
        return id

    for id in range(count):
        for other, distance in zip(ids[id].tolist(), distances[id]):
            if other >= 0 and distance <= 1 - ALIKE:
                parent[root(other)] = root(id)
    members: dict[int, list[int]] = {}
    for id in range(count):
        members.setdefault(root(id), []).append(id)
    found = [group for group in members.values() if len(group) > 1]
    return sorted(found, key=lambda group: (-len(group), group))


def main() -> None:
    found = entries()
    vectors = Embedder()([text for _, text in found])
    index = martlet.Index(dim=vectors.shape[1])
    index.add(vectors)
    alike = groups(index, len(found))
    repeated = sum(len(group) - 1 for group in alike)
    print(f"Of {len(found)} descriptions, {repeated} say almost what another one says.\n")
    # One of each family: the strings' three types repeat one another throughout.
    shown: set[str] = set()
    for group in alike:
        family = found[group[0]][0].partition(".")[0]
        if family in shown:
            continue
        shown.add(family)
        for id in group[:4]:
            name, text = found[id]
            print(f"    {name:34} {text[:75]}")
        print(f"    … and {len(group) - 4} more\n" if len(group) > 4 else "")
        if len(shown) == SHOWN:
            break


if __name__ == "__main__":
    main()
