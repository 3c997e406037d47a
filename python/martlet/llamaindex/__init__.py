"""Martlet as a vector store of LlamaIndex.

    from llama_index.core import StorageContext, VectorStoreIndex
    from martlet.llamaindex import MartletVectorStore

    store = MartletVectorStore.from_path("nodes")
    context = StorageContext.from_defaults(vector_store=store)
    index = VectorStoreIndex(nodes, storage_context=context)
    index = VectorStoreIndex.from_vector_store(store)    # later, without a docstore

Nodes are stored whole: text, metadata, relationships, embedding (as 32-bit floats).
"""

try:
    import llama_index.core as _  # noqa: F401
except ImportError as error:
    raise ImportError(
        'martlet.llamaindex needs LlamaIndex: pip install "martlet[llamaindex]"') from error

from ._store import MartletVectorStore

__all__ = ["MartletVectorStore"]
