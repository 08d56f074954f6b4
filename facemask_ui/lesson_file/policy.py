"""The content security policy of the file: it runs its own script, and asks for nothing."""

from __future__ import annotations

import base64
import hashlib


def write_policy(script: str, style: str, *, installable: bool) -> str:
    """Writes the policy, which names the page's only script and its only style by their hashes.

    Args:
        script: The text of the script.
        style: The text of the style sheet.
        installable: Whether the page may be kept by a service worker of the server it came from.
    """
    own, manifest = (" 'self'", " manifest-src 'self';") if installable else ("", "")
    return (
        f"default-src 'none'; script-src {_write_hash(script)} 'wasm-unsafe-eval'; "
        f"style-src {_write_hash(style)}; worker-src blob:{own}; img-src data: blob:;{manifest} "
        "base-uri 'none'; form-action 'none'"
    )


def _write_hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
