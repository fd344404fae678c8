"""The data folder: may we write there, who else may read, is there room, does a network lie in between."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from webapp.doctor.case import Case
from webapp.doctor.mounts import kind_of
from webapp.doctor.result import Result, fine, warning, wrong

ABOUT, DISK = "Data folder", "Disk"
MIB = 1024 * 1024
LEAST, FEW = 256 * MIB, 2048 * MIB
LEAST_FILES = 1000
NETWORKED = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "lustre", "glusterfs", "fuse.glusterfs"}
    | {"fuse.sshfs", "fuse.s3fs", "fuse.rclone", "fuse.gcsfuse", "fuse.ceph", "virtiofs", "vboxsf"}
)
WHOSE = "Give the folder to the account that runs Fairlead (chown -R), or name another: FAIRLEAD_DATA_DIR."


def folder(case: Case) -> Iterator[Result]:
    """Whether it is there and can be written to, by us alone."""
    place = case.data_dir
    if not place.exists():
        yield _absent(place)
    elif not place.is_dir() or not os.access(place, os.R_OK | os.W_OK | os.X_OK):
        yield wrong(ABOUT, "The data folder cannot be read and written by this account.", WHOSE)
    elif place.stat().st_mode & 0o077:
        says = "Other accounts of this machine may open the data folder."
        yield warning(ABOUT, says, "Close it: chmod 700.")
    else:
        yield fine(ABOUT, "It can be read and written, by this account alone.")


def room(case: Case) -> Iterator[Result]:
    """Whether the disk has room left for a pull."""
    if not case.data_dir.is_dir():
        return
    free, files = shutil.disk_usage(case.data_dir).free, os.statvfs(case.data_dir)
    says = f"The disk of the data folder has {free // MIB:,} MiB left."
    if free < LEAST:
        yield wrong(DISK, says, "Free some space before the next pull: it needs room for a second copy.")
    elif files.f_files and files.f_favail < LEAST_FILES:
        yield wrong(DISK, f"The disk takes {files.f_favail:,} more files only.", "Remove files there.")
    elif free < FEW:
        yield warning(DISK, says, "Free some space soon: a pull needs room for a second copy of the leads.")
    else:
        yield fine(DISK, says)


def network(case: Case) -> Iterator[Result]:
    """Whether SQLite lies behind a network, where its locks do not hold (https://www.sqlite.org/wal.html)."""
    kind = kind_of(case.data_dir)
    if kind not in NETWORKED:
        return
    says = f"The data folder lies on a file system of another machine ({kind}). "
    if case.file is not None:
        mend = "Move the folder to a disk of this machine, or set FAIRLEAD_DATABASE_URL to PostgreSQL."
        yield wrong(DISK, f"{says}SQLite breaks there: its locks and its journal need a local disk.", mend)
    else:
        mend = "Move the folder to a disk of the machine that runs the worker."
        yield warning(DISK, f"{says}The index of each decision log is a SQLite file in it.", mend)


def _absent(place: Path) -> Result:
    above = next((one for one in place.resolve().parents if one.exists()), Path("/"))
    if os.access(above, os.W_OK | os.X_OK):
        says = "The data folder is not there yet. Is FAIRLEAD_DATA_DIR the one that was used before?"
        return warning(ABOUT, says, "Where nothing was held before: fairlead serve makes it.")
    return wrong(ABOUT, "The data folder is not there, and this account may not make it.", WHOSE)
