"""The passages of Martlet's own pages as a retriever of LangChain: by likeness, without repetition,
and of one page alone. `answer_questions.py` does the first without LangChain.

    python retrieve_with_langchain.py
    python retrieve_with_langchain.py "Can two processes open one folder?"
"""

from __future__ import annotations

import sys
import tempfile

from answer_questions import QUESTIONS, passages
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from martlet.langchain import MartletVectorStore
from minilm import Embedder


class MiniLM(Embeddings):
    """The model, as LangChain calls it."""

    def __init__(self) -> None:
        self.embed = Embedder()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self.embed(texts).tolist()

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


def main(questions: tuple[str, ...]) -> None:
    documents = [
        Document(text, metadata={"page": page, "heading": heading})
        for page, heading, text in passages()
    ]
    with tempfile.TemporaryDirectory() as folder:
        # With table_name="Pages", endpoint_url="http://localhost:8000" they are in a table instead.
        store = MartletVectorStore.from_documents(documents, MiniLM(), path=folder)
        ways = {
            "nearest": store.as_retriever(search_kwargs={"k": 2}),
            "nearest and unlike each other": store.as_retriever(
                search_type="mmr", search_kwargs={"k": 2, "fetch_k": 20}),
            "of the README": store.as_retriever(
                search_kwargs={"k": 1, "filter": {"page": "README.md"}}),
        }
        for question in questions:
            print(question)
            for way, retriever in ways.items():
                print(f"    {way}")
                for found in retriever.invoke(question):
                    page, heading = found.metadata["page"], found.metadata["heading"]
                    print(f"        {page}, {heading}: {found.page_content[:60]}…")
            print()


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or QUESTIONS[:2])
