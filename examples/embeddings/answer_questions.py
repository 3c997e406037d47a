"""Finds the passages that answer questions about Martlet, in its own pages: the first half of
retrieval-augmented generation. A language model would be given them along with the question.

    python answer_questions.py
    python answer_questions.py "Can two processes open one folder?"
"""

from __future__ import annotations

import sys
import tempfile
import textwrap
from pathlib import Path

import martlet
from minilm import DIMENSIONS, Embedder

REPOSITORY = Path(__file__).resolve().parents[2]
QUESTIONS = (
    "Do writes survive a power failure?",
    "How are backups made while writes go on?",
    "What happens when a file of the vector index is damaged?",
    "Which threads are there?",
)


def passages() -> list[tuple[str, str, str]]:
    """Page, heading and text of each paragraph of prose."""
    found = []
    for page in sorted([REPOSITORY / "README.md", *(REPOSITORY / "docs").rglob("*.md")]):
        heading = ""
        is_code = False
        for part in page.read_text().split("\n\n"):
            if part.startswith("#"):
                heading, _, part = part.partition("\n")
                heading = heading.lstrip("# ")
            is_code ^= part.count("```") % 2 == 1
            text = " ".join(part.split())
            if is_code or "```" in text or text.startswith("|") or len(text) < 80:
                continue
            found.append((str(page.relative_to(REPOSITORY)), heading, text))
    return found


def main(questions: tuple[str, ...]) -> None:
    embed = Embedder()
    found = passages()
    vectors = embed([f"{heading}. {text}" for _, heading, text in found])
    with tempfile.TemporaryDirectory() as folder:
        # A collection on disk: it would be there again after the program ends.
        with martlet.Database(Path(folder) / "pages", dim=DIMENSIONS) as database:
            database.add_many(
                [str(number) for number in range(len(found))], vectors,
                [{"page": page, "heading": heading, "text": text}
                 for page, heading, text in found])
            print(f"{len(database)} passages\n")
            for question, vector in zip(questions, embed(list(questions))):
                print(question)
                for result in database.search(vector, k=2):
                    about = result.metadata
                    print(f"    {1 - result.distance:.2f}  {about['page']}, {about['heading']}")
                    print(textwrap.indent(textwrap.fill(about["text"][:420], 92), " " * 10))
                print()


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or QUESTIONS)
