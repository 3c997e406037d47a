"""Martlet as a vector store of LangChain.

    from martlet.langchain import MartletVectorStore

    store = MartletVectorStore(embeddings, path="documents")
    store.add_texts(["the sea", "a rock"], [{"topic": "water"}, {"topic": "stone"}])
    store.similarity_search("waves", k=1, filter={"topic": {"$ne": "stone"}})

Filters are those of `martlet.Database`: `{"field": value}` and `$eq $ne $gt $gte $lt $lte $in $nin
$exists $contains $and $or $not`.
"""

try:
    import langchain_core as _  # noqa: F401
except ImportError as error:
    raise ImportError(
        'martlet.langchain needs LangChain: pip install "martlet[langchain]"') from error

from ._store import MartletVectorStore

__all__ = ["MartletVectorStore"]
