"""The artifact store: immutable objects, results that stand or fall with their objects."""

import tempfile
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import HarnessError
from harness.store import ArtifactStore, content_key, digest_of, open_store

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(params=["folder", "memory", "s3"])
def store(request, tmp_path) -> ArtifactStore:
    """A store in a folder, and one on two other of fsspec's file systems."""
    if request.param == "s3":
        return open_store(f"{request.getfixturevalue('s3')}/{uuid.uuid4().hex}")
    return open_store(str(tmp_path / "store")) if request.param == "folder" else memory_store()


def memory_store() -> ArtifactStore:
    return open_store(f"memory://{uuid.uuid4().hex}/store")


def object_path(store: ArtifactStore, digest: str) -> Path:
    return Path(store.url) / "objects" / digest[:2] / digest


def test_an_object_comes_back_and_is_stored_once(store):
    digest = store.put(b"content")
    assert digest == digest_of(b"content") == store.put(b"content")
    assert store.get(digest) == b"content"


def test_an_object_that_is_not_there_is_a_clear_error(store):
    with pytest.raises(HarnessError, match=r"is missing or damaged; run again"):
        store.get(digest_of(b"never put"))


@given(st.lists(st.binary(max_size=64), max_size=6), st.dictionaries(st.text(), JSON, max_size=3))
def test_every_kind_of_file_system_behaves_the_same(blobs, value):
    with tempfile.TemporaryDirectory() as folder:
        answers = []
        for store in (open_store(folder), memory_store()):
            digests = [store.put(blob) for blob in blobs]
            made = store.remember("key", lambda: value, lambda _, found=digests: found)
            assert [store.get(digest) for digest in digests] == blobs
            answers.append((digests, made, store.result("key")))
        assert answers[0] == answers[1]
        assert answers[0][2] == (value if value is not None else None)


def test_a_damaged_object_is_refused_removed_and_made_anew(tmp_path):
    store = open_store(str(tmp_path))
    digest = store.put(b"content")
    object_path(store, digest).write_bytes(b"contend")
    with pytest.raises(HarnessError, match="is missing or damaged"):
        store.get(digest)
    assert not object_path(store, digest).exists()
    assert store.get(store.put(b"content")) == b"content"


def test_a_result_is_computed_once_and_anew_when_an_object_of_it_is_missing(tmp_path):
    store = open_store(str(tmp_path))
    calls = []

    def compute() -> dict[str, str]:
        calls.append(1)
        return {"digest": store.put(b"made")}

    def objects(value: dict[str, str]) -> list[str]:
        return [value["digest"]]

    first = store.remember("step-1", compute, objects)
    assert store.remember("step-1", compute, objects) == first
    assert len(calls) == 1
    object_path(store, first["digest"]).unlink()
    assert store.result("step-1") is None
    assert store.remember("step-1", compute, objects) == first
    assert len(calls) == 2
    assert store.get(first["digest"]) == b"made"


def test_fresh_computes_in_any_case_and_replaces_the_result(store):
    assert store.remember("key", lambda: 1, lambda _: []) == 1
    assert store.remember("key", lambda: 2, lambda _: []) == 1
    assert store.remember("key", lambda: 3, lambda _: [], fresh=True) == 3
    assert store.remember("key", lambda: 4, lambda _: []) == 3


def test_what_is_not_to_be_kept_is_returned_and_forgotten(store):
    assert store.remember("key", lambda: "failed", lambda _: [], lambda _: False) == "failed"
    assert store.result("key") is None


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"\xff", b"[]", b"3", b'{"value": 1}', b'{"objects": [7], "value": 1}'],
)
def test_a_damaged_result_counts_as_none(tmp_path, damage):
    store = open_store(str(tmp_path))
    store.remember("key", lambda: 1, lambda _: [])
    (tmp_path / "results" / "key.json").write_bytes(damage)
    assert store.result("key") is None
    assert store.remember("key", lambda: 2, lambda _: []) == 2


def test_an_exception_stores_nothing(store):
    def fail() -> None:
        raise HarnessError("no")

    with pytest.raises(HarnessError, match=r"^no$"):
        store.remember("key", fail, lambda _: [])
    assert store.result("key") is None


def test_many_writers_of_the_same_objects_leave_every_one_whole(tmp_path):
    store = open_store(str(tmp_path))
    blobs = [bytes([number]) * 20_000 for number in range(8)] * 6
    with ThreadPoolExecutor(8) as pool:
        digests = list(pool.map(store.put, blobs))
        values = list(pool.map(lambda _: store.remember("k", lambda: 7, lambda _: []), range(16)))
    assert [store.get(digest) for digest in digests] == blobs
    assert values == [7] * 16
    assert not list(tmp_path.rglob("*.tmp"))


@given(JSON, JSON)
def test_keys_differ_when_inputs_or_steps_do(one, other):
    assert content_key("a", {"x": one}) != content_key("b", {"x": one})
    same = content_key("a", {"x": one}) == content_key("a", {"x": other})
    assert same == (repr(one) == repr(other)) or one == other


def test_a_key_does_not_depend_on_the_order_of_inputs():
    assert content_key("a", {"x": 1, "y": [2]}) == content_key("a", {"y": [2], "x": 1})


@pytest.mark.parametrize("url", ["nonsense://bucket/x", "s4://bucket"])
def test_a_url_that_nobody_serves_is_refused_with_the_remedy(url):
    with pytest.raises(HarnessError, match=r"^store .*give a folder or an fsspec URL"):
        open_store(url)


def test_a_store_that_cannot_be_written_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(HarnessError, match="cannot be written"):
        open_store(str(tmp_path / "file")).put(b"x")


def test_a_result_that_is_not_what_was_stored_is_made_anew(tmp_path):
    store = open_store(str(tmp_path))
    store.remember("key", lambda: {"instructions": 313_610}, lambda _: [])
    place = tmp_path / "results" / "key.json"
    place.write_text(place.read_text().replace("313610", "313510"))
    assert store.result("key") is None
    store.remember("key", lambda: {"instructions": 313_610}, lambda _: [])
    assert store.result("key") == {"instructions": 313_610}


def test_a_result_nested_beyond_reading_is_made_anew(tmp_path):
    store = open_store(str(tmp_path))
    store.remember("key", lambda: 5, lambda _: [])
    (tmp_path / "results" / "key.json").write_bytes(b"[" * 100_000)
    assert store.result("key") is None


def test_a_result_whose_keys_are_numbers_is_found_again(tmp_path):
    store = open_store(str(tmp_path))
    store.remember("key", lambda: {2: "b", 10: "a"}, lambda _: [])
    assert store.result("key") == {"2": "b", "10": "a"}
