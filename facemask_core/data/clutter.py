"""What operating systems and photo software leave in folders and zips, which is no data."""

from __future__ import annotations

LEFT_BEHIND = {
    "__macosx": "macOS: what a zip cannot hold of a file, in a second file for each",
    "icon\r": "macOS: a folder's own icon",
    "network trash folder": "macOS: deleted files on a shared disk",
    "temporary items": "macOS: half-written files on a shared disk",
    "thumbs.db": "Windows: small copies of a folder's pictures",
    "thumbs.db:encryptable": "Windows: a mark on thumbs.db, which a copy turns into a file",
    "ehthumbs.db": "Windows Media Center: small copies of a folder's pictures",
    "ehthumbs_vista.db": "the same of Windows Vista",
    "desktop.ini": "Windows: how a folder is shown",
    "$recycle.bin": "Windows: deleted files",
    "recycler": "Windows XP: deleted files",
    "recycled": "Windows 98: deleted files",
    "system volume information": "Windows: restore points of a disk",
    "lost+found": "Linux: what a repair of the disk saved",
    "@eadir": "Synology: small copies of every picture, in a folder for each",
    "#recycle": "Synology: deleted files",
    "#snapshot": "Synology: earlier states of a folder",
    "@tmp": "Synology: half-written files",
    "@recycle": "QNAP: deleted files",
    "@recently-snapshot": "QNAP: earlier states of a folder",
    "~snapshot": "NetApp: earlier states of a folder",
    "_vti_cnf": "FrontPage: a note on every file, under the file's own name",
    "picasa.ini": "Picasa: its notes on a folder",
    "zbthumbnail.info": "Canon ZoomBrowser: small copies of a folder's pictures",
    "pspbrwse.jbf": "Paint Shop Pro: small copies of a folder's pictures",
    "digikam4.db": "digiKam: its catalogue",
    "thumbnails-digikam.db": "digiKam: small copies of its pictures",
}
"""Names of files and folders in small letters, each with who leaves it there and what it is.

Hidden files and folders are left out by their dot, and need no line here: ``._*`` and
``.DS_Store`` of macOS, ``.thumbnails`` of Android and Linux, ``.picasaoriginals`` of Picasa,
``.@__thumb`` of QNAP, ``.Trash-1000``, ``.git``.
"""

_STREAM = ":zone.identifier"
"""Windows marks a file from the internet so; a copy onto another system turns it into a file."""


def is_clutter(path: str) -> bool:
    """Tells whether a path is, or lies in, something hidden or left behind by other software.

    Args:
        path: A relative path with forward slashes.
    """
    parts = path.lower().split("/")
    return any(part.startswith(".") or part in LEFT_BEHIND for part in parts) or (
        parts[-1].endswith(_STREAM)
    )
