import errno
import os
import stat
from pathlib import Path

import pytest

from probe.capture.write import check_writable, write
from probe.facts.unusable import Unusable


def refused(path: Path, data: bytes = b"x") -> str:
    with pytest.raises(Unusable) as caught:
        write(path, data)
    assert caught.value.says.endswith(".") and caught.value.next_step
    return caught.value.says


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_has_the_usual_mode(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write(tmp_path / "report.html", b"whole")
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(before)
    assert (tmp_path / "report.html").read_bytes() == b"whole" and mode(tmp_path / "report.html") == 0o640
    assert len(list(tmp_path.iterdir())) == 1


def test_an_old_file_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_bytes(b"old and longer")
    path.chmod(0o604)
    write(path, b"new")
    assert path.read_bytes() == b"new" and mode(path) == 0o604


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "file").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real/file")
    write(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real" / "file").read_bytes() == b"new"


def test_a_device_is_written_to_as_it_is() -> None:
    write(Path("/dev/null"), b"x")
    check_writable(Path("/dev/null"))
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


@pytest.mark.parametrize("step", ["fsync", "fchmod"])
def test_a_failure_half_way_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    (tmp_path / "report.html").write_bytes(b"old")

    def fail(*_given: object) -> None:
        raise OSError(errno.ENOSPC, "x")

    monkeypatch.setattr(os, step, fail)
    assert "no space left" in refused(tmp_path / "report.html")
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("report.html", b"old")]


def test_an_interruption_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_given: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "report.html", b"x")
    assert not list(tmp_path.iterdir())


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    assert "does not exist" in refused(tmp_path / "gone" / "file")
    assert "is a folder" in refused(tmp_path)
    (tmp_path / "file").write_bytes(b"x")
    assert "does not exist" in refused(tmp_path / "file" / "below")
    (tmp_path / "self").symlink_to("self")
    assert "circle" in refused(tmp_path / "self")
    assert "cannot be written" in refused(tmp_path / ("x" * 300))
    assert refused(Path("a\0b"))


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"old")
    tmp_path.chmod(0o555)
    monkeypatch.chdir(tmp_path)
    before = os.geteuid()
    if before == 0:
        # Root may write everywhere, so somebody else tries.
        os.seteuid(65534)
    try:
        assert "may not be written" in refused(Path("new"))
        assert "may not be written" in refused(Path("file"))
        with pytest.raises(Unusable, match="may not be written"):
            check_writable(Path("new"))
    finally:
        os.seteuid(before)
        tmp_path.chmod(0o755)
    assert (tmp_path / "file").read_bytes() == b"old"


def test_looking_first_leaves_nothing(tmp_path: Path) -> None:
    check_writable(tmp_path / "new")
    assert not list(tmp_path.iterdir())
    with pytest.raises(Unusable, match="does not exist"):
        check_writable(tmp_path / "gone" / "new")
    with pytest.raises(Unusable, match="folder"):
        check_writable(tmp_path)
