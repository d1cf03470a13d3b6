"""Documents in a real directory."""

import asyncio
from hashlib import sha256
from pathlib import Path

import pytest

from connectors.documents.local import LocalDocumentStore
from connectors.documents.protocol import (
    DocumentConflict,
    DocumentMissing,
    DocumentTooLarge,
    safe_name,
)
from connectors.errors import PermanentError, RetryableError

PATH = "incidents/INC-1/report.md"


async def test_a_document_is_kept_and_found(tmp_path: Path) -> None:
    """What was put is there, under its address and hash."""
    store = LocalDocumentStore(tmp_path / "new" / "root")
    stored = await store.put(PATH, b"text")
    assert stored.created
    assert stored.sha256 == sha256(b"text").hexdigest()
    assert stored.uri == (tmp_path / "new" / "root" / PATH).as_uri()
    assert (tmp_path / "new" / "root" / PATH).read_bytes() == b"text"
    assert await store.get(PATH) == b"text"
    assert await store.exists(PATH)


async def test_the_same_document_again_succeeds(tmp_path: Path) -> None:
    """Putting the same bytes again changes nothing and says so."""
    store = LocalDocumentStore(tmp_path)
    first = await store.put(PATH, b"text")
    again = await store.put(PATH, b"text")
    assert (again.uri, again.sha256, again.created) == (first.uri, first.sha256, False)


async def test_other_content_under_a_path_is_a_conflict(tmp_path: Path) -> None:
    """What is kept is never overwritten."""
    store = LocalDocumentStore(tmp_path)
    await store.put(PATH, b"text")
    with pytest.raises(DocumentConflict, match=PATH):
        await store.put(PATH, b"other")
    assert await store.get(PATH) == b"text"


async def test_one_of_many_writers_creates(tmp_path: Path) -> None:
    """Of writers at the same time, exactly one creates and the others find it."""
    stores = [LocalDocumentStore(tmp_path) for _ in range(8)]
    stored = await asyncio.gather(*(store.put(PATH, b"x" * 100_000) for store in stores))
    assert sorted(document.created for document in stored) == [False] * 7 + [True]


async def test_large_documents_are_kept_whole(tmp_path: Path) -> None:
    """A document of several megabytes is created in one piece, and only once."""
    store = LocalDocumentStore(tmp_path)
    data = b"0123456789abcdef" * 500_000
    await store.put("archive/large.json", data)
    assert await store.get("archive/large.json") == data
    assert not (await store.put("archive/large.json", data)).created


async def test_a_missing_document_is_told(tmp_path: Path) -> None:
    """Asking for it is a permanent failure, and `exists` says no."""
    store = LocalDocumentStore(tmp_path)
    assert not await store.exists(PATH)
    with pytest.raises(DocumentMissing):
        await store.get(PATH)


@pytest.mark.parametrize(
    "path",
    ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/./b", "a\\b", "a/", "a\x00b", "a b", "ä"],
)
async def test_unsafe_paths_are_refused(tmp_path: Path, path: str) -> None:
    """No path leads out of the store, or means different things on different stores."""
    store = LocalDocumentStore(tmp_path / "root")
    with pytest.raises(PermanentError, match="not safe"):
        await store.put(path, b"x")
    with pytest.raises(PermanentError, match="not safe"):
        await store.get(path)
    with pytest.raises(PermanentError, match="not safe"):
        await store.exists(path)


@pytest.mark.parametrize("name", ["../../x", '{}/{a="b"}:{}', "zoë", ".", "..", "", "a%2Fb"])
async def test_any_name_becomes_one_safe_segment(tmp_path: Path, name: str) -> None:
    """Ids from outside make paths that stay inside the store."""
    store = LocalDocumentStore(tmp_path)
    await store.put(f"archive/{safe_name(name)}/run.json", b"x")
    assert await store.get(f"archive/{safe_name(name)}/run.json") == b"x"
    assert [path.name for path in tmp_path.glob("archive/*/*")] == ["run.json"]


def test_different_names_have_different_segments() -> None:
    """No two ids share a path."""
    names = ["a/b", "a%2Fb", ".a", "%2Ea", "", "%"]
    assert len({safe_name(name) for name in names}) == len(names)


async def test_a_store_that_cannot_be_written_is_retryable(tmp_path: Path) -> None:
    """A folder that is really a file is reported without its path."""
    store = LocalDocumentStore(tmp_path)
    (tmp_path / "incidents").write_text("in the way")
    with pytest.raises(RetryableError) as failed:
        await store.put(PATH, b"x")
    assert str(tmp_path) not in str(failed.value)


HUGE = 1 << 40


def planted(folder: Path, path: str = PATH) -> None:
    """A file of a tebibyte that takes no room on the disk."""
    file = folder / path
    file.parent.mkdir(parents=True)
    with file.open("wb") as stream:
        stream.truncate(HUGE)


async def test_a_huge_file_in_the_place_of_a_document_is_not_read(tmp_path: Path) -> None:
    """It is another document; whoever can write to the store can put it there."""
    store = LocalDocumentStore(tmp_path)
    planted(tmp_path)
    with pytest.raises(DocumentConflict, match=PATH):
        await store.put(PATH, b"text")
    with pytest.raises(DocumentTooLarge, match="is larger than"):
        await store.get(PATH)


async def test_a_document_is_read_up_to_what_the_caller_expects(tmp_path: Path) -> None:
    """Exactly so many bytes are not too many."""
    store = LocalDocumentStore(tmp_path)
    await store.put(PATH, b"text")
    assert await store.get(PATH, 4) == b"text"
    with pytest.raises(DocumentTooLarge, match="is larger than 3 bytes"):
        await store.get(PATH, 3)
    await store.put("empty.md", b"")
    assert await store.get("empty.md", 0) == b""
