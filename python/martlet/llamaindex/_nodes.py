"""Nodes of LlamaIndex as rows.

A payload is `{"type": class name, "node": the node's own JSON, its embedding null}`.
"""

from __future__ import annotations

import json

from llama_index.core.schema import (
    BaseNode,
    Document,
    ImageNode,
    IndexNode,
    MetadataMode,
    Node,
    NodeRelationship,
    RelatedNodeInfo,
    TextNode,
)

from .._stores import ranking
from .._stores.rows import Row

_NODES: dict[str, type[BaseNode]] = {
    each.class_name(): each for each in (TextNode, ImageNode, IndexNode, Node, Document)
}


def row_of(node: BaseNode) -> Row:
    # Refused here, before anything is written: no embedding, or what JSON has not.
    embedding = node.get_embedding()
    content = node.model_dump(mode="json")
    content["embedding"] = None
    metadata = content.get("metadata") or {}
    payload = json.dumps({"type": node.class_name(), "node": content}, ensure_ascii=False)
    return Row(
        node.node_id, payload, metadata, node.ref_doc_id,
        ranking.words_of(node.get_content(MetadataMode.NONE)), embedding)


def node_of(row: Row) -> BaseNode:
    node: BaseNode
    if row.payload:
        content = json.loads(row.payload)
        node = _NODES.get(content["type"], TextNode).from_dict(content["node"])
    else:
        # Of LlamaIndex's own store, which has no text. Whoever has a docstore asks it for nodes
        # that are no TextNode.
        node = Node(id_=row.id)
        if row.document is not None:
            node.relationships[NodeRelationship.SOURCE] = RelatedNodeInfo(node_id=row.document)
    if len(row.vector) > 0:
        node.embedding = list(row.vector)
    return node
