"""``python -m tools.lesson``: computes the answers that the lesson in one file needs.

A browser has neither the large models nor the defence by JPEG. The answers belong to the weights,
so this command follows every change of them.
"""

from __future__ import annotations

import json

from facemask_ui.choices import models
from facemask_ui.lesson_file.stored import PATH, compute_answers

if __name__ == "__main__":
    PATH.write_text(
        json.dumps(compute_answers(models.shipped()), indent=1) + "\n", encoding="utf-8"
    )
    print(PATH)  # noqa: T201
