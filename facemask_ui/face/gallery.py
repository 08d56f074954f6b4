"""The shipped pictures as a grid to click: Streamlit has no such widget, so this is a component.

It is a group of native radio buttons whose labels are thumbnails, so arrow keys, focus and screen
readers work as the browser knows them. Where the choices stand below the stage the grid becomes
a strip to swipe.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterable
from functools import cache

import streamlit as st
from PIL import Image

from facemask_core.data import samples
from facemask_core.pictures import images
from facemask_ui.base import settings
from facemask_ui.face.portrait_words import describe_portrait
from facemask_ui.language import number, read_current, say

_THUMBNAIL = 96
_KEY = "gallery"

STYLE = """
fieldset { border: 0; margin: 0; padding: 0; min-width: 0; container-type: inline-size; }
.pictures { display: grid; gap: 5px; padding: 3px;
  grid-template-columns: repeat(auto-fill, minmax(46px, 1fr)); }
summary { cursor: pointer; padding: 8px 3px; font: inherit; font-size: 14px;
  color: var(--st-text-color); }
p { margin: 6px 3px; font-size: 14px; color: var(--st-text-color); }
summary:focus-visible { outline: 2px solid var(--st-text-color); }
label { position: relative; display: block; cursor: pointer; line-height: 0; }
input { position: absolute; opacity: 0; inset: 0; margin: 0; cursor: pointer; }
img { width: 100%; aspect-ratio: 1; object-fit: cover; box-sizing: border-box;
  border-radius: var(--st-base-radius); border: 2px solid var(--st-border-color); }
label:hover img { border-color: var(--st-text-color); }
input:checked + img { border: 3px solid var(--st-primary-color);
  outline: 2px solid var(--st-primary-color); }
input:focus-visible + img { outline: 3px solid var(--st-text-color); outline-offset: 1px; }
@media (max-width: 900px) {
  .pictures { grid-template-rows: 56px; grid-template-columns: none; grid-auto-flow: column;
    grid-auto-columns: 56px; overflow-x: auto; scrollbar-width: thin; }
}
"""

SCRIPT = """
export default function ({ data, parentElement, setStateValue }) {
  for (const input of parentElement.querySelectorAll("input")) {
    input.checked = input.value === data.current;
    input.onchange = () => setStateValue("picked", input.value);
  }
  const label = parentElement.querySelector("input:checked")?.closest("label");
  const strip = label?.closest(".pictures");
  const folded = label?.closest("details");
  if (folded) folded.open = true;
  if (strip && strip.scrollWidth > strip.clientWidth) {
    const middle = label.offsetLeft - (strip.clientWidth - label.clientWidth) / 2;
    strip.scrollLeft = middle;
  }
}
"""


def current_sample(default: str) -> str:
    """Reads which picture is chosen, without drawing the gallery.

    Args:
        default: Id of the picture that is chosen at first.

    Returns:
        The picture's id.
    """
    return settings.read("sample", default, settings.one_of(list_samples()))


def choose_sample(default: str) -> str:
    """Draws the gallery and returns the id of the picture that is chosen.

    Args:
        default: Id of the picture that is chosen at first.
    """
    sample_id = current_sample(default)
    language = read_current().language
    # A component's markup is one for all visitors, so each language has a component of its own.
    name = f"{_KEY}_{language}"

    def store() -> None:
        value = str(st.session_state[name].get("picked"))
        if value in list_samples():  # it comes from a browser
            settings.remember("sample", value, default)

    markup = write_markup(language)
    component = st.components.v2.component(name, html=markup, css=STYLE, js=SCRIPT)
    component(data={"current": sample_id}, key=name, on_picked_change=store)
    return sample_id


def list_samples() -> list[str]:
    """Lists the ids of all pictures that can be chosen, as links give them."""
    return [sample.id for sample in (*samples.gallery(), *samples.confusers())]


@cache
def write_markup(_language: str) -> str:
    """Writes the grid once for each language."""
    credit = say("picture.gallery.credit", number=number(len(list_samples()) - 1))
    return (
        f'<fieldset aria-label="{html.escape(say("picture.gallery.label"))}">'
        f'<div class="pictures">{_write_labels(samples.gallery())}</div>'
        f"<details><summary>{html.escape(say('picture.gallery.hard_cases'))}</summary>"
        f'<div class="pictures">{_write_labels(samples.confusers())}</div>'
        f"<p>{html.escape(credit, quote=False)}</p></details></fieldset>"
    )


def _write_labels(portraits: Iterable[samples.Portrait]) -> str:
    return "".join(_write_label(sample, describe_portrait(sample.alt)) for sample in portraits)


def _write_label(sample: samples.Portrait, alt: str) -> str:
    return (
        f'<label title="{html.escape(alt)}">'
        f'<input type="radio" name="sample" value="{html.escape(sample.id)}">'
        f'<img src="{_write_thumbnail(sample)}" alt="{html.escape(alt)}"></label>'
    )


@cache
def _write_thumbnail(sample: samples.Portrait) -> str:
    buffer = io.BytesIO()
    picture = Image.fromarray(images.decode(sample.path.read_bytes()))
    picture = picture.resize((_THUMBNAIL, _THUMBNAIL), Image.Resampling.LANCZOS)
    # Half of JPEG's bytes; all thumbnails travel anew with every choice.
    picture.save(buffer, format="WEBP", quality=80)
    return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}"
