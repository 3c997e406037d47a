"""Statistics, quantized search, compaction, export and import."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy
import pytest
from conftest import Place, contents

import martlet
from martlet import Database

STATS = {
    "num_vectors": int, "num_deleted": int, "num_layers": int, "avg_degree_layer0": float,
    "max_degree_layer0": int, "min_degree_layer0": int, "memory_vectors_bytes": int,
    "memory_graph_bytes": int, "memory_quantized_bytes": int, "uses_brute_force": bool,
    "uses_quantized_search": bool,
}


def test_stats_of_an_empty_database_are_zeros(db: Database) -> None:
    stats: dict[str, Any] = dict(db.stats())
    assert stats.pop("uses_brute_force") is True
    assert stats.pop("uses_quantized_search") is False
    assert set(stats.values()) == {0}


def test_stats_have_their_keys_and_types(place: Place) -> None:
    db = Database(place, dim=8)
    rows = numpy.random.default_rng(3).normal(size=(3000, 8)).astype("f4")
    db.add_many([str(n) for n in range(3000)], rows)
    db.delete("5")
    db.close()  # the index has everything then
    stats = Database(place).stats()
    for name, kind in STATS.items():
        assert type(stats[name]) is kind, name  # type: ignore[literal-required]
    assert stats["num_vectors"] == 2999
    assert stats["num_layers"] >= 1
    assert 0 < stats["min_degree_layer0"] <= stats["avg_degree_layer0"]
    assert stats["avg_degree_layer0"] <= stats["max_degree_layer0"] <= 32
    assert stats["memory_vectors_bytes"] > 0
    assert stats["memory_graph_bytes"] > 0


def test_quantized_search_is_remembered_and_taken_back(place: Place) -> None:
    db = Database(place, dim=3)
    assert db.quantized_search is False
    db.enable_quantized_search()
    assert db.quantized_search is True
    db.add("a", [1, 2, 3])
    db.save()
    db.close()
    db = Database(place)
    assert db.quantized_search is True
    assert db.stats()["uses_quantized_search"] is True
    assert db.get("a")[0] == [1, 2, 3]
    assert db.search([1, 2, 3])[0].distance == 0
    db.disable_quantized_search()
    assert db.quantized_search is False
    db.close()
    assert Database(place).quantized_search is False


def test_quantize_at_creation(place: Place) -> None:
    db = Database(place, dim=3, quantize=True)
    db.add("a", [0.1, 0.2, 0.3])
    db.save()
    assert db.quantized_search is True
    assert db.get("a")[0] == [float(numpy.float32(x)) for x in (0.1, 0.2, 0.3)]


def test_with_saves_and_hands_exceptions_on(place: Place) -> None:
    with Database(place, dim=3) as db:
        db.add("a", [1, 2, 3])
    db.add("b", [1, 2, 3])
    with pytest.raises(RuntimeError, match="mine"):
        with Database(place) as db:
            db.add("c", [1, 2, 3])
            raise RuntimeError("mine")
    assert sorted(Database(place).ids()) == ["a", "b", "c"]
    with Database(place) as db:
        db.close()


def test_export_is_one_object_with_shortest_numbers(abc: Database, tmp_path: Path) -> None:
    abc.upsert("a", [0.1, 1e-10, 16777216], {"ä": [1, None]})
    abc.add("d", [0, 0, 0], {})
    path = tmp_path / "out.json"
    assert abc.export_json(path) is None  # type: ignore[func-returns-value]
    text = path.read_text()
    assert "\n" not in text.strip()
    assert "0.1," in text
    document = json.loads(text)
    assert list(document) == ["version", "dim", "metric", "vectors"]
    assert (document["version"], document["dim"], document["metric"]) == (1, 3, "euclidean")
    rows = {row["id"]: row for row in document["vectors"]}
    assert set(rows) == {"a", "b", "c", "d"}
    assert rows["a"] == {"id": "a", "vector": [0.1, 1e-10, 16777216], "metadata": {"ä": [1, None]}}
    assert rows["c"] == {"id": "c", "vector": [3, 0, 0]}
    assert rows["d"]["metadata"] == {}
    abc.export_json(str(path), pretty=True)
    assert path.read_text().startswith('{\n  "version": 1,\n  "dim": 3,')
    assert json.loads(path.read_text()) == document


def test_import_upserts_what_export_wrote(abc: Database, tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    for pretty in [False, True]:
        abc.export_json(path, pretty)
        other = Database(tmp_path / f"other {pretty}", dim=3, metric="cosine")
        other.add("a", [9, 9, 9], {"old": True})
        other.add("z", [1, 1, 1])
        other.import_json(path)
        assert contents(other) == contents(abc) | {"z": ([1, 1, 1], None)}
        assert other.metric == "cosine"


def test_every_float_survives_export_and_import(place: Place, tmp_path: Path) -> None:
    bits = numpy.random.default_rng(17).integers(0, 2**32, size=4000, dtype="u4").view("f4")
    bits = bits[numpy.isfinite(bits)][:3000].reshape(-1, 10)
    db = Database(place, dim=10)
    db.add_many([str(n) for n in range(len(bits))], bits)
    db.export_json(tmp_path / "out.json")
    other = Database(tmp_path / "other", dim=10)
    told: list[int] = []
    other.import_json(tmp_path / "out.json", progress=told.append)
    assert told[-1] == len(bits)
    assert contents(other) == contents(db)


GOOD = {"version": 1, "dim": 3, "metric": "cosine", "vectors": [{"id": "x", "vector": [1, 2, 3]}]}
BAD: dict[str, Any] = {
    "no version": {k: v for k, v in GOOD.items() if k != "version"},
    "a later version": GOOD | {"version": 2},
    "another dim": GOOD | {"dim": 4},
    "a short row": GOOD | {"vectors": [*GOOD["vectors"], {"id": "y", "vector": [1]}]},  # type: ignore[misc]
    "a row without an id": GOOD | {"vectors": [{"vector": [1, 2, 3]}]},
    "a row without a vector": GOOD | {"vectors": [{"id": "x"}]},
    "a number as id": GOOD | {"vectors": [{"id": 5, "vector": [1, 2, 3]}]},
    "text as vector": GOOD | {"vectors": [{"id": "x", "vector": "abc"}]},
    "null in a vector": GOOD | {"vectors": [{"id": "x", "vector": [1, None, 3]}]},
    "a list as metadata": GOOD | {"vectors": [{"id": "x", "vector": [1, 2, 3], "metadata": []}]},
    "a list": [], "cut": '{"version": 1, "dim": 3, "vectors": [{"id": "x", "vec', "empty": "",
    "more behind": json.dumps(GOOD) + "x", "no text": "\0\1\2",
    "too large": '{"version":1,"dim":3,"metric":"l2","vectors":[{"id":"x","vector":[1,1e39,3]}]}',
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_changes_nothing(abc: Database, tmp_path: Path, name: str) -> None:
    path = tmp_path / "in.json"
    path.write_text(BAD[name] if isinstance(BAD[name], str) else json.dumps(BAD[name]))
    before = contents(abc)
    with pytest.raises(martlet.MartletError):
        abc.import_json(path)
    assert contents(abc) == before


def test_files_that_cannot_be_used_are_named(abc: Database, tmp_path: Path) -> None:
    for path in [tmp_path / "nowhere.json", tmp_path]:
        with pytest.raises(martlet.FileError, match=str(path)):
            abc.import_json(path)
    with pytest.raises(martlet.FileError, match="nowhere"):
        abc.export_json(tmp_path / "nowhere" / "out.json")


def test_a_failed_export_keeps_the_file_that_was_there(abc: Database, tmp_path: Path) -> None:
    path = tmp_path / "folder.json"
    path.mkdir()
    with pytest.raises(martlet.FileError):
        abc.export_json(path)
    assert [entry.name for entry in tmp_path.iterdir() if "folder" in entry.name] == ["folder.json"]
