"""Finds functions of Python's standard library by what they do, not by their names.

    python semantic_search.py
    python semantic_search.py "run a command and get what it prints"
"""

from __future__ import annotations

import sys
import time

import martlet
from minilm import Embedder
from standard_library import entries

QUESTIONS = (
    "a folder that is deleted when I am done with it",
    "the differences between two texts, line by line",
    "run a command and get what it prints",
    "numbers that nobody can guess, for passwords",
    "the largest few of many numbers",
)


def main(questions: tuple[str, ...]) -> None:
    embed = Embedder()
    found = entries()
    began = time.perf_counter()
    vectors = embed([f"{name}: {text}" for name, text in found])
    print(f"{len(found)} functions and classes, embedded in {time.perf_counter() - began:.0f} s\n")

    index = martlet.Index(dim=vectors.shape[1])
    index.add(vectors)
    for question, ids, distances in zip(questions, *index.search(embed(list(questions)), k=3)):
        print(question)
        for id, distance in zip(ids, distances):
            name, text = found[id]
            print(f"    {1 - distance:.2f}  {name:34} {text[:70]}")
        print()


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or QUESTIONS)
