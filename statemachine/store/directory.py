"""The directory and the files of a store: on a local disk, the user's own, and closed to the writes of other users.

Must not know names of files.
"""

from __future__ import annotations

import os
import pwd
import stat
from pathlib import Path

from statemachine.store.interface import StoreError, StoreMoved

_NETWORK_FILE_SYSTEMS = {
    "afs",
    "beegfs",
    "ceph",
    "cifs",
    "coda",
    "fuse.ceph",
    "fuse.gcsfuse",
    "fuse.glusterfs",
    "fuse.juicefs",
    "fuse.rclone",
    "fuse.s3fs",
    "fuse.sshfs",
    "glusterfs",
    "gpfs",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "orangefs",
    "pvfs2",
    "smb3",
    "smbfs",
}
LINK_REFUSED = "this is a symbolic link, and the server does not write through links"
_OTHERS_MAY_WRITE = 0o022
_MOUNTS = Path("/proc/self/mountinfo")


def private_directory(path: str | os.PathLike[str]) -> Path:
    """The real path of the directory. If it does not exist, it is made with mode 0700.

    Raises StoreError if it belongs to another user than that of this process, if users other than the owner may write
    into it, or if it is known to be on a network file system: locks and shared memory are not reliable there.
    """
    directory = Path(os.path.realpath(path))
    missing = [path for path in (directory, *directory.parents) if not path.exists()]
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    for made in missing:
        _sync(made.parent)
    status = directory.stat()
    if status.st_uid != os.geteuid():
        owner, user = _user(status.st_uid), _user(os.geteuid())
        raise StoreError(f"{directory}: it belongs to {owner}, and this process runs as {user}: both must be one user")
    if status.st_mode & _OTHERS_MAY_WRITE:
        mode = f"{status.st_mode & 0o7777:04o}"
        raise StoreError(f"{directory}: other users may write into it (mode {mode}); chmod 700 would do")
    type = file_system(status.st_dev)
    if type in _NETWORK_FILE_SYSTEMS:
        raise StoreError(f"{directory}: on a network file system ({type}); a store needs a local disk")
    return directory


def private_file(path: str | os.PathLike[str]) -> None:
    """Make the file if it does not exist. Only its owner may read and write it. Raises StoreError for a link."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        refuse_link(path)
        # The file is not opened here: closing a descriptor of a database drops all locks of this process on it.
        os.chmod(path, 0o600)


def refuse_link(path: str | os.PathLike[str]) -> None:
    """Raises StoreError if there is anything else at the path than a file. Nothing there is no error."""
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return
    if stat.S_ISLNK(mode):
        raise StoreError(f"{os.fspath(path)}: {LINK_REFUSED}")
    if not stat.S_ISREG(mode):
        raise StoreError(f"{os.fspath(path)}: this is not a file")


Identity = tuple[int, int]
"""The device and the inode of a file: what stays the same while it is open, and differs from any other file's."""


def identity(status: os.stat_result) -> Identity:
    """The identity of a file."""
    return status.st_dev, status.st_ino


def check_identity(path: str | os.PathLike[str], opened: Identity) -> os.stat_result:
    """The status of the file at the path. Raises StoreMoved unless it is the file that was opened."""
    try:
        status = os.lstat(path)
    except OSError as error:
        raise _moved(path, str(error.strerror)) from None
    if (status.st_dev, status.st_ino) != opened:
        raise _moved(path, "another file is there")
    return status


def _moved(path: str | os.PathLike[str], reason: str) -> StoreMoved:
    return StoreMoved(
        f"{os.fspath(path)} is no longer the file that this process has opened ({reason}): the data directory was"
        " moved, replaced or deleted. Put it back, and start again"
    )


def file_system(device: int, mounts: Path = _MOUNTS) -> str | None:
    """The type of the file system on a device (`st_dev`), such as ext4 or nfs4, or None if it is not known."""
    number = f"{os.major(device)}:{os.minor(device)}"
    try:
        lines = mounts.read_text(errors="replace").splitlines()
    except OSError:
        return None
    for line in lines:
        # 36 35 98:0 /root /mount/point options optional-fields… - type source super-options
        before, _, after = line.partition(" - ")
        if before.split(" ", 3)[2] == number:
            return after.split(" ", 1)[0]
    return None


def _sync(directory: Path) -> None:
    """Write the names in a directory to disk, so that they survive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _user(uid: int) -> str:
    try:
        return f"user {pwd.getpwuid(uid).pw_name}"
    except KeyError:
        return f"uid {uid}"
