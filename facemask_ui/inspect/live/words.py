"""Every text that the component shows; the browser fills in ``{…}``."""

from __future__ import annotations

WORDS: dict[str, str | dict[str, str]] = {
    "start": "Start the camera",
    "stop": "Stop",
    "off": "The camera is off. Stills are looked at one by one and kept nowhere.",
    "opening": "Waiting for the camera…",
    "first": "Waiting for the first answer…",
    "running": "The camera is on.",
    "hidden": "The camera was switched off because the tab was out of sight; start it again.",
    "unplugged": "The camera has ended; plug it in or free it, and start again.",
    "slow": "The lab has not answered for {seconds} seconds, so the still was sent again.",
    "clean": "What the model sees",
    "attacked": "Under FGSM",
    "mirrored": "All pictures are shown as in a mirror; the model sees them the right way round.",
    "waiting": "No picture yet",
    "epsilon": "Epsilon",
    "camera": "The camera's picture",
    "face": "The face is framed.",
    "faceless": "No face is found. Come closer, face the camera, and let light fall on the face.",
    "course": "Confidence in the answer without the attack, over the last 30 seconds",
    "lines": {"clean": "without attack", "attacked": "under FGSM"},
    "ago": "30 s ago",
    "now": "now",
    "rate": "{rate} stills a second; an answer takes {time} ms.",
    "calm": "One still a second, because this device asks for less motion.",
    "said": "Without attack: {clean}. Under FGSM: {attacked}.",
    "insecure": (
        "A browser gives a page the camera only over HTTPS or on this computer itself; open the "
        "lab by an address that begins with https:// or http://localhost."
    ),
    "refused": (
        "This page may not use the camera; allow it in the browser's address bar and start again."
    ),
    "missing": "No camera was found; plug one in and start again, or upload a picture instead.",
    "taken": "The camera is in use elsewhere; close the other program or tab and start again.",
    "failed": "The camera could not be started; reload the page and try again.",
}
