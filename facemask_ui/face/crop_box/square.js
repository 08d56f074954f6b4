// A square over a picture: drag it, pull a corner, or move the sliders below it.
//
// The square follows the hand in the browser; the page is told where it came to rest.

class CropBox {
  constructor(root) {
    this.find = (selector) => root.querySelector(selector);
    this.frame = this.find(".box");
    this.frame.onpointerdown = (event) => this.take(event);
    this.frame.onpointermove = (event) => this.drag(event);
    this.frame.onpointerup = this.frame.onpointercancel = () => this.release();
    for (const side of ["size", "left", "top"]) {
      const slider = this.find(`#${side}`);
      slider.oninput = () => this.set(side, slider.valueAsNumber);
      slider.onchange = () => this.tell();
    }
    this.find("button").onclick = () => {
      [this.left, this.top, this.size] = this.data.start;
      this.draw();
      this.tell();
    };
  }

  show(data, setStateValue) {
    const first = this.data === undefined;
    this.data = data;
    this.setStateValue = setStateValue;
    this.longest = Math.min(data.width, data.height);
    Object.assign(this.find("img"), { src: data.picture, alt: data.alt });
    this.find("button").textContent = data.reset;
    for (const [side, word] of Object.entries(data.sides)) this.find(`[for=${side}]`).textContent = word;
    if (first) [this.left, this.top, this.size] = this.last = data.box; // then it is the visitor's
    this.draw();
  }

  set(side, value) {
    if (side === "size") {
      const grown = value - this.size; // around its middle
      this.left -= Math.round(grown / 2);
      this.top -= Math.round(grown / 2);
    }
    this[side] = value;
    this.draw();
  }

  // ---- by pointer ----

  take(event) {
    const { left, top, size } = this;
    this.held = { x: event.clientX, y: event.clientY, corner: event.target.dataset.corner, left, top, size };
    this.frame.setPointerCapture(event.pointerId);
    event.preventDefault();
  }

  drag(event) {
    if (!this.held) return;
    const scale = this.data.width / this.find(".photo").clientWidth;
    const across = (event.clientX - this.held.x) * scale;
    const down = (event.clientY - this.held.y) * scale;
    if (this.held.corner) {
      this.pull(this.held, across, down);
    } else {
      this.left = Math.round(this.held.left + across);
      this.top = Math.round(this.held.top + down);
    }
    this.draw();
  }

  /** The corner follows; the one opposite stays where it is. */
  pull({ left, top, size, corner }, across, down) {
    const east = corner.endsWith("e");
    const south = corner.startsWith("s");
    const room = Math.min(
      east ? this.data.width - left : left + size,
      south ? this.data.height - top : top + size,
    );
    const wanted = size + Math.max(east ? across : -across, south ? down : -down);
    this.size = within(Math.round(wanted), this.data.least, room);
    this.left = east ? left : left + size - this.size;
    this.top = south ? top : top + size - this.size;
  }

  release() {
    if (!this.held) return;
    this.held = undefined;
    this.tell();
  }

  // ---- what follows ----

  draw() {
    const { width, height, least } = this.data;
    this.size = within(this.size, least, this.longest);
    this.left = within(this.left, 0, width - this.size);
    this.top = within(this.top, 0, height - this.size);
    const share = (pixels, whole) => `${(100 * pixels) / whole}%`;
    Object.assign(this.frame.style, {
      left: share(this.left, width),
      top: share(this.top, height),
      width: share(this.size, width),
      height: share(this.size, height),
    });
    this.drawSlider("size", least, this.longest);
    this.drawSlider("left", 0, width - this.size);
    this.drawSlider("top", 0, height - this.size);
  }

  drawSlider(side, least, most) {
    const slider = this.find(`#${side}`);
    Object.assign(slider, { min: least, max: most, value: this[side], disabled: least === most });
    const text = `${this[side]} px`;
    slider.setAttribute("aria-valuetext", text);
    this.find(`#${side} + output`).textContent = text;
  }

  tell() {
    const box = [this.left, this.top, this.size];
    if (box.every((value, index) => value === this.last[index])) return;
    this.last = box;
    this.setStateValue("box", box);
  }
}

function within(value, least, most) {
  return Math.max(least, Math.min(value, most));
}
