"""`martlet.llamaindex`, over a folder and over a server: every test runs with both."""

from __future__ import annotations

import asyncio
import math
import random
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from llama_index.core import StorageContext, VectorStoreIndex
from llama_index.core.embeddings import BaseEmbedding, MockEmbedding
from llama_index.core.ingestion import DocstoreStrategy, IngestionPipeline
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import (
    Document,
    ImageNode,
    IndexNode,
    NodeRelationship,
    RelatedNodeInfo,
    TextNode,
)
from llama_index.core.storage.docstore import SimpleDocumentStore
from llama_index.core.vector_stores.types import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
    VectorStoreQueryMode,
)

from conftest import DIM, cosine, vector

MakeStore = Callable[..., Any]
Mode = VectorStoreQueryMode
Operator = FilterOperator


def node(id: str, text: str = "", document: str | None = None, **metadata: Any) -> TextNode:
    made = TextNode(id_=id, text=text or f"text of {id}", metadata=metadata, embedding=vector(id))
    if document is not None:
        made.relationships[NodeRelationship.SOURCE] = RelatedNodeInfo(node_id=document)
    return made


def filters(*tests: Any, condition: str = "and") -> MetadataFilters:
    return MetadataFilters(
        filters=[each if isinstance(each, MetadataFilters) else
                 MetadataFilter(key=each[0], operator=each[1], value=each[2]) for each in tests],
        condition=FilterCondition(condition))


def ids_of(store: Any, k: int = 100, seed: str = "question", **query: Any) -> list[str]:
    result = store.query(VectorStoreQuery(vector(seed), similarity_top_k=k, **query))
    return list(result.ids)


def test_nodes_come_back_whole(store: Any) -> None:
    made = node("n1", "The sea is wide.", "doc", topic="water", n=1, x=1.0, big=2**53 + 1,
                nested={"a": [1, None, True]}, empty=None)
    made.relationships[NodeRelationship.NEXT] = RelatedNodeInfo(node_id="n2", metadata={"p": 2})
    made.excluded_llm_metadata_keys = ["n"]
    made.start_char_idx, made.end_char_idx = 3, 19
    others = [ImageNode(id_="image", image_url="http://x/y.png", embedding=vector(1)),
              IndexNode(id_="index", text="points", index_id="elsewhere", embedding=vector(2))]
    assert store.add([made, *others]) == ["n1", "image", "index"]

    found = store.get_nodes(["index", "nobody", "n1", "image"])
    assert [each.node_id for each in found] == ["index", "n1", "image"]
    assert [type(each) for each in found] == [IndexNode, TextNode, ImageNode]
    assert found[1].embedding == pytest.approx(made.embedding, abs=1e-6)
    found[1].embedding = made.embedding
    assert found[1].to_dict() == made.to_dict()
    assert repr(found[1].metadata["x"]) == "1.0"
    assert found[0].index_id == "elsewhere"

    result = store.query(VectorStoreQuery(vector("n1"), similarity_top_k=1))
    assert result.nodes[0].text == "The sea is wide."
    assert result.ids == ["n1"]
    assert result.similarities[0] == pytest.approx(1, abs=1e-6)
    assert type(result.similarities[0]) is float


def test_a_query_finds_the_most_similar_best_first(store: Any) -> None:
    store.add([node(str(n)) for n in range(300)])
    asked = vector("question")
    expected = sorted(range(300), key=lambda n: -cosine(vector(str(n)), asked))
    result = store.query(VectorStoreQuery(asked, similarity_top_k=10))
    assert result.ids == [str(n) for n in expected[:10]]
    assert result.similarities == pytest.approx(
        [cosine(vector(str(n)), asked) for n in expected[:10]], abs=1e-5)
    # Beyond what a search of the server can find.
    assert ids_of(store, 250) == [str(n) for n in expected[:250]]
    assert len(ids_of(store, 1000)) == 300
    assert ids_of(store, 0) == []


@pytest.mark.parametrize("metric", ["euclidean", "dot_product"])
def test_similarities_are_those_of_the_metric(make_store: MakeStore, metric: str) -> None:
    store = make_store("other", metric)
    store.add([TextNode(id_=str(n), text="", embedding=[float(n), 0, 1]) for n in range(5)])
    result = store.query(VectorStoreQuery([2.0, 0, 0], similarity_top_k=2))
    if metric == "euclidean":
        assert result.ids == ["2", result.ids[1]]
        assert result.similarities == pytest.approx([-1, -math.sqrt(2)])
    else:
        assert (result.ids, result.similarities) == (["4", "3"], pytest.approx([8, 6]))


def test_zero_vectors_have_similarity_zero(store: Any) -> None:
    store.add([node("n"), TextNode(id_="zero", text="", embedding=[0.0] * DIM)])
    asked = [-x for x in vector("n")]
    result = store.query(VectorStoreQuery(asked, similarity_top_k=2))
    assert result.ids == ["zero", "n"]
    assert result.similarities == pytest.approx([0, -1], abs=1e-6)
    result = store.query(VectorStoreQuery([0.0] * DIM, similarity_top_k=2))
    assert result.similarities == [0, 0]


def test_an_empty_store_finds_nothing_and_refuses_nothing(store: Any) -> None:
    assert ids_of(store) == []
    assert ids_of(store, mode=Mode.TEXT_SEARCH, query_str="sea") == []
    assert ids_of(store, mode=Mode.MMR) == []
    assert store.get_nodes() == []
    store.delete("doc")
    store.delete_nodes(["n"])
    store.clear()
    assert store.add([]) == []
    store.persist("anywhere")


def test_a_node_replaces_the_one_of_its_id(store: Any) -> None:
    store.add([node("n", "old", "one", a=1)])
    again = node("n", "new", "two", b=2)
    again.embedding = vector("else")
    store.add([again, node("m")])
    found = store.get_nodes(["n"])[0]
    assert (found.text, found.metadata, found.ref_doc_id) == ("new", {"b": 2}, "two")
    store.delete("one")
    assert len(store.get_nodes()) == 2
    store.delete("two")
    assert [each.node_id for each in store.get_nodes()] == ["m"]


def test_a_node_without_embedding_is_refused_before_anything_is_written(store: Any) -> None:
    with pytest.raises(ValueError, match="embedding"):
        store.add([node("n"), TextNode(id_="bare", text="")])
    assert store.get_nodes() == []


def test_vectors_of_other_dimensions_are_refused(make_store: MakeStore) -> None:
    store = make_store()
    with pytest.raises(ValueError, match="dimension"):
        store.add([node("n"), TextNode(id_="short", text="", embedding=[1.0, 2.0])])
    assert store.get_nodes() == []
    store.add([node("n")])
    for each in (store, make_store()):
        with pytest.raises(ValueError, match="dimension"):
            each.add([TextNode(id_="short", text="", embedding=[1.0, 2.0])])
        with pytest.raises(ValueError, match="dimension"):
            each.query(VectorStoreQuery([1.0, 2.0]))
    assert len(store.get_nodes()) == 1


def test_deleting_removes_what_is_named_and_nothing_else(make_store: MakeStore) -> None:
    store, other = make_store(), make_store("other")
    names = ["d", "d/owned", "d#1", "ü/é", "nodes"]
    for each in (store, other):
        each.add([node(f"{d}:{n}", "", d, n=n) for d in names for n in range(30)])
    store.delete("d")
    assert len(store.get_nodes()) == 120
    store.delete_nodes(["ü/é:1", "ü/é:2", "nobody"])
    assert len(store.get_nodes()) == 118
    store.delete_nodes(["ü/é:3", "ü/é:4"], filters(("n", "==", 4)))
    store.delete_nodes(filters=filters(("n", ">=", 28)))
    store.delete_nodes([])
    assert len(store.get_nodes()) == 118 - 1 - 8
    with pytest.raises(ValueError, match="clear"):
        store.delete_nodes()
    store.clear()
    assert store.get_nodes() == []
    assert len(other.get_nodes()) == 150
    other.delete("d/owned")
    assert len(other.get_nodes()) == 120


def test_ids_and_documents_restrict_a_query(store: Any) -> None:
    store.add([node(str(n), "", f"d{n % 10}") for n in range(200)])
    assert sorted(ids_of(store, node_ids=["3", "5", "nobody"])) == ["3", "5"]
    assert len(ids_of(store, 300, node_ids=[])) == 200
    assert sorted(ids_of(store, doc_ids=["d1", "d7", "none"])) == sorted(
        str(n) for n in range(200) if n % 10 in (1, 7))
    assert ids_of(store, doc_ids=["d1"], node_ids=["1", "2"]) == ["1"]
    for key in ("doc_id", "document_id", "ref_doc_id"):
        assert len(ids_of(store, filters=filters((key, "==", "d4")))) == 20
    assert len(ids_of(store, filters=filters(("doc_id", "in", ["d4", "d5"])))) == 40


ROWS: dict[str, dict[str, Any]] = {
    "one": {"n": 1, "t": "Birds fly", "l": ["a", "b"], "o": {"x": 1}},
    "two": {"n": 2.5, "t": "birds", "l": ["b", "c"], "a.b": 3},
    "three": {"n": -3, "t": "", "l": []},
    "text": {"n": "1", "t": "FLYING", "l": [1, 2]},
    "null": {"n": None, "t": None, "l": None},
    "bool": {"n": True, "l": "ab"},
    "none": {},
}

CASES: list[tuple[str, str, Any, str]] = [
    ("n", "==", 1, "one bool"), ("n", "==", 2.5, "two"), ("n", "==", "1", "text"),
    ("n", "==", None, ""), ("l", "==", ["a", "b"], "one"), ("nowhere", "==", 1, ""),
    ("n", "!=", 1, "two three text null none"),
    ("n", "!=", None, "one two three text null bool none"),
    ("n", ">", 1, "two"), ("n", ">=", 1, "one two"), ("n", "<", 1, "three"),
    ("n", "<=", 1, "one three"), ("n", ">", "0", "text"), ("t", ">", "a", "two"),
    ("t", "<", "a", "one three text"), ("n", "<=", "z", "text"), ("n", ">", None, ""),
    ("n", "in", [2.5, -3.0], "two three"), ("t", "in", ["", "birds"], "two three"),
    ("n", "in", [], ""), ("n", "nin", [1, 2], "two three text null none"),
    ("n", "nin", [], "one two three text null bool none"),
    ("t", "nin", ["birds"], "one three text null bool none"),
    ("l", "any", ["a", "c"], "one two"), ("l", "any", [2], "text"), ("l", "any", [], ""),
    ("l", "all", ["b", "a"], "one"), ("l", "all", ["b"], "one two"), ("t", "any", ["b"], ""),
    ("l", "all", [], "one two three text"),
    ("l", "contains", "b", "one two bool"), ("l", "contains", 1, "text"),
    ("t", "contains", "ir", "one two"), ("n", "contains", "1", "text"),
    ("t", "text_match", "ird", "one two"), ("t", "text_match", "Fly", ""),
    ("l", "text_match", "a", "bool"), ("n", "text_match", "1", "text"),
    ("t", "text_match_insensitive", "FLY", "one text"),
    ("t", "text_match_insensitive", "", "one two three text"),
    ("t", "is_empty", None, "three null bool none"), ("l", "is_empty", None, "three null none"),
    ("nowhere", "is_empty", None, "one two three text null bool none"),
    ("a.b", "==", 3, "two"), ("a.b", "!=", 3, "one three text null bool none"),
    ("o.x", "==", 1, "one"), ("o.x", "nin", [1], "two three text null bool none"),
    ("o.x", "is_empty", None, "two three text null bool none"),
]


@pytest.fixture
def rows(store: Any) -> Any:
    store.add([node(id, "", f"d-{id}", **metadata) for id, metadata in ROWS.items()])
    # So many that those of the cases are not among the nearest by themselves.
    near = vector("question")
    store.add([TextNode(id_=f"far {n}", text="", embedding=near, metadata={"other": n})
               for n in range(150)])
    return store


def matching(store: Any, wanted: MetadataFilters) -> list[str]:
    wanted = MetadataFilters(filters=[wanted, filters(("other", "is_empty", None))])
    expected = sorted(each.node_id for each in store.get_nodes(filters=wanted))
    assert sorted(ids_of(store, 10, filters=wanted)) == expected
    if expected:
        assert len(ids_of(store, 1, filters=wanted)) == 1
    return expected


def test_an_operator_matches_what_it_says(rows: Any) -> None:
    for key, operator, value, expected in CASES:
        case = (key, operator, value)
        assert matching(rows, filters(case)) == sorted(expected.split()), case
        # What it does not match, the condition NOT does.
        rest = sorted(ROWS.keys() - set(expected.split()))
        assert matching(rows, filters(case, condition="not")) == rest, case


def test_filters_are_joined_and_nested(rows: Any) -> None:
    one, birds = ("n", "==", 1), ("t", "text_match_insensitive", "birds")
    assert matching(rows, filters(one, birds)) == ["one"]
    assert matching(rows, filters(one, birds, condition="or")) == ["bool", "one", "two"]
    assert matching(rows, filters(one, birds, condition="not")) == [
        "none", "null", "text", "three"]
    assert matching(rows, filters()) == sorted(ROWS)
    inner = filters(one, ("a.b", ">", 2), condition="or")
    assert matching(rows, filters(inner, birds)) == ["one", "two"]
    assert matching(rows, filters(inner, condition="not")) == [
        "none", "null", "text", "three"]
    assert matching(rows, filters(filters(inner, birds, condition="not"), ("l", "any", [1]))) == [
        "text"]


@pytest.mark.parametrize("operator", ["in", "nin", "any", "all", "text_match"])
def test_an_operator_with_a_value_it_cannot_take_is_refused(store: Any, operator: str) -> None:
    with pytest.raises(ValueError, match=operator):
        ids_of(store, filters=filters(("n", operator, 1)))


def test_random_filters_match_what_a_plain_reading_matches(rows: Any) -> None:
    random_number = random.Random(seed := 20261)

    def tree(depth: int) -> tuple[MetadataFilters, set[str]]:
        tests: list[Any] = []
        sets: list[set[str]] = []
        for _ in range(random_number.randint(1, 3)):
            if depth and random_number.random() < 0.5:
                inner, found = tree(depth - 1)
                tests.append(inner)
                sets.append(found)
            else:
                key, operator, value, expected = random_number.choice(CASES)
                tests.append((key, operator, value))
                sets.append(set(expected.split()))
        condition = random_number.choice(["and", "or", "not"])
        if condition == "and":
            return filters(*tests), set.intersection(*sets)
        found = set.union(*sets)
        return filters(*tests, condition=condition), (
            found if condition == "or" else ROWS.keys() - found)

    for turn in range(40):
        wanted, expected = tree(2)
        assert matching(rows, wanted) == sorted(expected), (seed, turn)


def test_words_find_what_has_them(store: Any) -> None:
    store.add([
        node("much", "Seagulls! The gull and the gull's gull.", kind="bird"),
        node("once", "A gull sat on a rock by the sea", kind="bird"),
        node("long", "gull " + "and other words that have nothing to do with it " * 10),
        node("rare", "the cormorant", kind="bird"),
        *(node(f"sea {n}", "the sea and the wind", kind="sea") for n in range(10)),
    ])
    def found(question: str, k: int = 3, **more: Any) -> list[str]:
        return ids_of(store, k, mode=Mode.TEXT_SEARCH, query_str=question, **more)

    assert found("GULL?") == ["much", "once", "long"]
    # A rare word counts for more than one that everybody has.
    assert found("the cormorant", 1) == ["rare"]
    assert found("sea cormorant", 2)[0] == "rare"
    assert found("albatross") == [] == found("...")
    assert found("gull", filters=filters(("kind", "text_match", "bir"))) == ["much", "once"]
    assert found("gull", node_ids=["long"]) == ["long"]
    assert ids_of(store, 2, mode=Mode.SPARSE, query_str="gull") == ["much", "once"]
    scores = store.query(VectorStoreQuery(
        query_str="gull", mode=Mode.TEXT_SEARCH, similarity_top_k=3)).similarities
    assert scores == sorted(scores, reverse=True) and scores[-1] > 0


def test_bm25_is_okapis(store: Any) -> None:
    texts = {"a": "x x y", "b": "x z z z z", "c": "z"}
    store.add([node(id, text) for id, text in texts.items()])
    result = store.query(VectorStoreQuery(
        query_str="x y", mode=Mode.TEXT_SEARCH, similarity_top_k=3))

    def part(frequency: int, having: int, length: int) -> float:
        weight = math.log(1 + (3 - having + 0.5) / (having + 0.5))
        return weight * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * length / 3))

    assert result.ids == ["a", "b"]
    assert result.similarities == pytest.approx([part(2, 2, 3) + part(1, 1, 3), part(1, 2, 5)])


@pytest.mark.parametrize("mode", [Mode.HYBRID, Mode.SEMANTIC_HYBRID])
def test_hybrid_weighs_likeness_and_words(store: Any, mode: Mode) -> None:
    store.add([node("like", "nothing of it"), node("words", "gull gull"), node("far", "gull rock"),
               *(node(f"n{n}", "else") for n in range(20))])
    def found(alpha: float | None, k: int = 3, **more: Any) -> list[str]:
        return ids_of(store, k, "like", mode=mode, query_str="gull", alpha=alpha, **more)

    assert found(1)[0] == "like"
    assert found(1) == ids_of(store, 3, "like")
    assert found(0) == ["words", "far"]
    assert {"like", "words"} <= set(found(None))
    assert found(0.9)[0] == "like"
    assert found(0.1)[0] == "words"
    assert len(found(0.5, hybrid_top_k=2)) == 2
    assert len(found(0, sparse_top_k=1)) == 1
    with pytest.raises(ValueError, match="alpha"):
        found(1.5)


def test_mmr_avoids_repetition_and_returns_true_similarities(store: Any) -> None:
    asked = [1.0, 0, 0]
    made = {"best": [1.0, 0.1, 0], "twin": [1.0, 0.11, 0], "third": [1.0, 0.12, 0],
            "other": [0.7, 0, 0.7], "opposite": [0.1, -1.0, 0]}
    store.add([TextNode(id_=id, text="", embedding=each) for id, each in made.items()])

    def found(**more: Any) -> Any:
        keywords = more.pop("keywords", {})
        return store.query(VectorStoreQuery(
            asked, similarity_top_k=3, mode=Mode.MMR, **more), **keywords)

    result = found()
    assert result.ids[0] == "best" and not {"twin", "third"} <= set(result.ids)
    for id, similarity in zip(result.ids, result.similarities, strict=True):
        assert similarity == pytest.approx(cosine(made[id], asked), abs=1e-6)
    assert found(mmr_threshold=1.0).ids == ["best", "twin", "third"]
    assert found(keywords={"mmr_threshold": 1.0}).ids == ["best", "twin", "third"]
    assert found(mmr_threshold=0.0).ids[1] == "opposite"
    assert set(found(keywords={"mmr_prefetch_k": 3}).ids) == {"best", "twin", "third"}
    assert set(found(keywords={"mmr_prefetch_factor": 1}).ids) == {"best", "twin", "third"}
    with pytest.raises(ValueError, match="mmr_prefetch"):
        found(keywords={"mmr_prefetch_k": 3, "mmr_prefetch_factor": 1})
    with pytest.raises(ValueError, match="mmr_threshold"):
        found(mmr_threshold=2.0)


def test_queries_that_cannot_be_answered_say_why(store: Any) -> None:
    store.add([node("n")])
    for mode in (Mode.SVM, Mode.LINEAR_REGRESSION, Mode.LOGISTIC_REGRESSION):
        with pytest.raises(ValueError, match="default and mmr"):
            ids_of(store, mode=mode)
    for mode in (Mode.DEFAULT, Mode.MMR, Mode.HYBRID):
        with pytest.raises(ValueError, match="query_embedding"):
            store.query(VectorStoreQuery(mode=mode, query_str="x"))
    for mode in (Mode.TEXT_SEARCH, Mode.SPARSE, Mode.HYBRID):
        with pytest.raises(ValueError, match="query_str"):
            ids_of(store, mode=mode)
    with pytest.raises(ValueError, match="dimension"):
        store.query(VectorStoreQuery([1.0, 2.0]))


def test_what_was_added_is_there_when_the_store_is_opened_again(make_store: MakeStore) -> None:
    store = make_store()
    store.add([node(str(n), "", "doc", n=n) for n in range(50)])
    before = ids_of(store, 20, filters=filters(("n", "<", 30)))
    store.persist("unused")
    client = store.client
    if hasattr(client, "create_collection"):
        client.close()
    again = make_store()
    assert ids_of(again, 20, filters=filters(("n", "<", 30))) == before
    assert len(again.get_nodes()) == 50


def test_coroutines_do_all_of_it_off_the_loops_thread(store: Any, monkeypatch: Any) -> None:
    threads: set[str] = set()
    for each in ("_open", "_row"):
        if hasattr(store._place, each):
            plain = getattr(store._place, each)

            def watched(*arguments: Any, plain: Any = plain) -> Any:
                threads.add(threading.current_thread().name)
                return plain(*arguments)

            monkeypatch.setattr(store._place, each, watched)

    async def program() -> None:
        await asyncio.gather(*(
            store.async_add([node(f"{batch}-{n}", "sea", f"d{batch}", n=n) for n in range(40)])
            for batch in range(10)))
        results = await asyncio.gather(*(
            store.aquery(VectorStoreQuery(vector(f"3-{n}"), similarity_top_k=1))
            for n in range(40)))
        assert [each.ids for each in results] == [[f"3-{n}"] for n in range(40)]
        result = await store.aquery(VectorStoreQuery(
            vector(1), similarity_top_k=5, query_str="sea", mode=Mode.HYBRID,
            filters=filters(("n", "text_match_insensitive", "x"))))
        assert result.ids == []
        result = await store.aquery(VectorStoreQuery(
            vector("5-5"), similarity_top_k=5, mode=Mode.MMR))
        assert result.ids[0] == "5-5"
        assert len(await store.aget_nodes(filters=filters(("n", "<", 2)))) == 20
        await store.adelete("d1")
        await store.adelete_nodes(["2-1"])
        assert len(await store.aget_nodes()) == 359
        await store.aclear()
        assert await store.aget_nodes() == []

    asyncio.run(program())
    assert threads and "MainThread" not in threads


def test_coroutines_of_a_server_have_no_threads_to_wait_on(store: Any, monkeypatch: Any) -> None:
    if not hasattr(store.client, "describe_table"):
        pytest.skip("the engine works on threads")
    store.add([node("n")])

    def refuse(*arguments: Any, **named: Any) -> Any:
        raise AssertionError("a blocking request")

    monkeypatch.setattr(type(store.client), "_make_api_call", refuse)

    async def program() -> None:
        await store.async_add([node("m", "", "d")])
        result = await store.aquery(VectorStoreQuery(vector("m")))
        assert result.ids == ["m"]
        await store.adelete("d")

    asyncio.run(program())
    asyncio.run(program())


class Letters(BaseEmbedding):
    """How often each letter is in a text."""

    def _get_text_embedding(self, text: str) -> list[float]:
        counts = [float(text.lower().count(chr(97 + n))) for n in range(26)]
        return [*counts, 1.0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


def documents(*texts: str) -> list[Document]:
    return [Document(id_=f"doc {n}", text=text, metadata={"number": n})
            for n, text in enumerate(texts)]


def test_an_index_is_built_changed_and_opened_without_a_docstore(make_store: MakeStore) -> None:
    store = make_store()
    context = StorageContext.from_defaults(vector_store=store)
    made = documents("zebras and lizards", "the quick brown fox", "aaa bbb ccc")
    VectorStoreIndex.from_documents(made, storage_context=context, embed_model=Letters())

    index = VectorStoreIndex.from_vector_store(make_store(), embed_model=Letters())
    retriever = index.as_retriever(similarity_top_k=1)
    found = retriever.retrieve("zzz lizard")
    assert found[0].node.get_content() == "zebras and lizards"
    assert found[0].node.ref_doc_id == "doc 0"
    by_words = index.as_retriever(vector_store_query_mode="text_search", similarity_top_k=1)
    assert by_words.retrieve("quick")[0].node.get_content() == "the quick brown fox"
    filtered = index.as_retriever(similarity_top_k=3, filters=filters(("number", ">", 0)))
    assert len(filtered.retrieve("zzz lizard")) == 2

    index.insert(Document(id_="doc 9", text="zzzz zzzz"))
    assert retriever.retrieve("zzz")[0].node.ref_doc_id == "doc 9"
    index.delete_ref_doc("doc 9")
    assert retriever.retrieve("zzz")[0].node.ref_doc_id == "doc 0"
    assert asyncio.run(retriever.aretrieve("zzz"))[0].node.ref_doc_id == "doc 0"
    assert len(store.get_nodes()) == 3


def test_a_pipeline_upserts(store: Any) -> None:
    pipeline = IngestionPipeline(
        transformations=[SentenceSplitter(chunk_size=64, chunk_overlap=0), MockEmbedding(DIM)],
        docstore=SimpleDocumentStore(), vector_store=store,
        docstore_strategy=DocstoreStrategy.UPSERTS)
    made = documents("first text. " * 40, "second text")
    pipeline.run(documents=made)
    before = store.get_nodes()
    assert {each.ref_doc_id for each in before} == {"doc 0", "doc 1"}
    pipeline.run(documents=made)
    assert sorted(each.node_id for each in store.get_nodes()) == sorted(
        each.node_id for each in before)

    pipeline.run(documents=[Document(id_="doc 0", text="a short text"), made[1]])
    after = store.get_nodes()
    assert sorted(each.get_content() for each in after) == ["a short text", "second text"]
    asyncio.run(pipeline.arun(documents=[Document(id_="doc 1", text="changed")]))
    assert sorted(each.get_content() for each in store.get_nodes()) == ["a short text", "changed"]


def all_ids(nodes: Sequence[Any]) -> list[str]:
    return [each.node_id for each in nodes]


def test_a_large_batch_is_added_and_removed(store: Any) -> None:
    made = [node(str(n), "long text " * 50, f"d{n % 7}", n=n) for n in range(500)]
    assert store.add(made + made[:3]) == all_ids(made + made[:3])
    assert len(store.get_nodes()) == 500
    store.delete("d3")
    assert len(store.get_nodes()) == sum(n % 7 != 3 for n in range(500))

