// The pictures: side by side, on both sides of a line, or in turn.

const VIEWS = ["side", "wipe", "blink"];
const ROLES = ["original", "noise", "attacked", "both"];

class Views {
  /**
   * @param find Finds an element of the lab.
   * @param player What lets two pictures take turns.
   * @param request Asks for the lab to be drawn.
   */
  constructor(find, player, request) {
    Object.assign(this, { find, player, request });
    this.chosen = "side";
  }

  /** Draws the buttons; the arrow keys move among them, as in any group of radio buttons. */
  offer(words) {
    this.words = words;
    for (const role of ROLES) {
      const canvas = this.canvas(role);
      if (!canvas.hasAttribute("aria-label")) canvas.setAttribute("aria-label", words.waiting);
    }
    const row = this.find(".views");
    replace(row, VIEWS.map((view) => this.button(view)));
    row.setAttribute("aria-label", words.view);
    row.onkeydown = ({ key }) => {
      const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[key];
      if (by) this.choose(VIEWS[(VIEWS.indexOf(this.chosen) + by + VIEWS.length) % VIEWS.length]);
    };
  }

  button(view) {
    const radio = button(this.words.views[view], () => this.choose(view));
    radio.setAttribute("role", "radio");
    radio.setAttribute("aria-checked", String(view === this.chosen));
    radio.tabIndex = view === this.chosen ? 0 : -1;
    return radio;
  }

  choose(view) {
    this.chosen = view;
    this.find(".stage").dataset.view = view;
    this.player.blink(view === "blink");
    this.offer(this.words);
    this.request();
    this.find('.views [aria-checked="true"]').focus();
  }

  /** Moves the line to a pointer. */
  wipeTo(event) {
    if (this.chosen !== "wipe") return;
    const box = this.canvas("both").getBoundingClientRect();
    this.find(".seam").value = Math.round(((event.clientX - box.left) / box.width) * SIDE);
    this.request();
  }

  /** Paints what the view shows: `before` and `state` are the answers in words. */
  draw(film, attacked, { alt, before, state }) {
    const side = this.chosen === "side";
    const hide = (role, hidden) => (this.find(`[data-role=${role}]`).hidden = hidden);
    for (const role of ["original", "noise", "attacked"]) hide(role, !side);
    hide("both", side);
    this.find(".seam").hidden = this.chosen !== "wipe";
    if (side) this.drawSideBySide(film, attacked, { alt, before, state });
    else this.drawBoth(film, attacked, `${alt}. ${state}`);
  }

  drawBoth(film, attacked, spoken) {
    const { words } = this;
    const { showsAttacked } = this.player;
    const wipes = this.chosen === "wipe";
    const seam = wipes ? Number(this.find(".seam").value) : 0;
    const other = wipes || showsAttacked ? attacked : film.face;
    paint(this.canvas("both"), join(film.face, other ?? film.face, seam), seam);
    const caption = wipes ? words.wiped : showsAttacked ? words.pictures.attacked : words.pictures.original;
    this.caption("both", caption, `${caption}. ${spoken}`);
  }

  drawSideBySide(film, attacked, { alt, before, state }) {
    const words = this.words.pictures;
    paint(this.canvas("original"), film.face);
    this.caption("original", words.original, `${alt}. ${before}`);
    const { noise, factor } = magnify(film.face, attacked ?? film.face);
    paint(this.canvas("noise"), noise);
    this.caption("noise", words.noise.replace("{factor}", factor), words.noise_alt.replace("{factor}", factor));
    paint(this.canvas("attacked"), attacked ?? film.face);
    this.find("[data-role=attacked]").classList.toggle("pending", !attacked);
    this.caption("attacked", words.attacked, `${words.attacked_alt}. ${state}`);
  }

  caption(role, caption, spoken) {
    this.find(`[data-role=${role}] figcaption`).textContent = caption;
    this.canvas(role).setAttribute("aria-label", spoken);
  }

  canvas(role) {
    return this.find(`[data-role=${role}] canvas`);
  }
}
