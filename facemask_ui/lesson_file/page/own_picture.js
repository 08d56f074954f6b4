// One's own picture: out of a file, dropped, or taken; it never leaves the page.

class OwnPicture {
  /**
   * @param host Where it stands.
   * @param bench Cuts the face out.
   * @param onFace Called with `{ name, face, label, alt, frame }` for each face.
   */
  constructor(host, bench, onFace) {
    Object.assign(this, { host, bench, onFace, count: 0 });
    this.label = null;
    this.trouble = Object.assign(element("p", "trouble"), { hidden: true });
    this.trouble.setAttribute("role", "alert");
    this.film = this.viewfinder();
    this.cropping = element("div");
    host.append(
      element("h2", "", own.own_picture), this.sources(), line(own.stays, "small"), this.trouble, this.film, this.cropping,
    );
    this.listen();
  }

  /** What the camera sees, while it is on, and what ends that. */
  viewfinder() {
    const said = words["inspect.live.words"];
    const video = Object.assign(element("video"), { playsInline: true, muted: true });
    video.setAttribute("aria-label", said.camera);
    const film = Object.assign(element("div", "camera"), { hidden: true });
    this.camera = new Camera(video, () => (film.hidden = true));
    const row = element("div", "row");
    row.append(
      button(words.picture.take, () => this.attempt(() => this.camera.take())), button(said.stop, () => this.camera.stop()),
    );
    film.append(video, row);
    return film;
  }

  /** The ways to a picture; a phone's camera app needs no permission of the page. */
  sources() {
    const row = element("div", "row");
    row.append(this.file(words.picture.upload, {}));
    if (matchMedia("(pointer: coarse)").matches) row.append(this.file(own.phone, { capture: "user" }));
    if (Camera.isAllowed) row.append(button(words["inspect.live.words"].start, () => this.openCamera()));
    return row;
  }

  file(text, attributes) {
    const input = Object.assign(element("input", "unseen"), { type: "file", accept: "image/*" });
    for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
    input.addEventListener("change", () => {
      if (input.files[0]) this.read(input.files[0]);
      input.value = ""; // the same file may be chosen again
    });
    const label = element("label", "button");
    label.append(input, text);
    return label;
  }

  listen() {
    const target = this.host.parentElement;
    target.addEventListener("dragover", (event) => event.preventDefault());
    target.addEventListener("drop", (event) => {
      event.preventDefault();
      const [file] = event.dataTransfer.files;
      if (file) this.read(file);
    });
    addEventListener("hashchange", () => this.camera.stop());
  }

  complain(text = "") {
    this.trouble.textContent = text;
    this.trouble.hidden = !text;
  }

  async openCamera() {
    this.complain();
    try {
      if (!(await this.camera.open())) return;
      this.film.hidden = false;
      this.film.querySelector("button").focus();
    } catch (error) {
      this.refuse(error);
    }
  }

  read(file) {
    this.camera.stop();
    return this.attempt(async () => readPhoto(await readBytes(file)));
  }

  /** Takes the picture that `read` gives, unless another one is chosen meanwhile. */
  async attempt(read) {
    this.complain();
    const mine = (this.reading = Symbol("reading"));
    try {
      const photograph = await read();
      if (this.reading !== mine) return;
      this.photograph = photograph;
      this.label = null;
      this.count += 1;
      await this.frameFace();
    } catch (error) {
      if (this.reading === mine) this.refuse(error);
    }
  }

  /** Says why a picture cannot be used, or what this device could not do. */
  refuse(error) {
    if (error instanceof UnusablePicture) this.complain(error.explain(data.photo));
    else if (!(error instanceof CancelledTask)) report(error);
  }

  /** Finds the faces, takes the largest, and shows the square that is used. */
  async frameFace() {
    const mine = this.photograph;
    const faces = await this.bench.findFaces(mine);
    if (this.photograph === mine) await this.choose(faces, faces.find(({ largest }) => largest));
  }

  /** Takes one of the faces, or where there is none a square in the middle. */
  async choose(faces, face) {
    const { width, height } = this.photograph;
    const square = squareOf(face, width, height);
    this.drawCropping(faces, face, square);
    await this.use(face ?? boxOf(square), face ? "face" : "by hand", Boolean(face));
  }

  drawCropping(faces, face, start) {
    const { width, height } = this.photograph;
    const { crop } = words.picture;
    const host = element("div");
    const root = openRoot(host, data.markup.crop, data.styles.crop);
    const several = element("div", "row");
    if (faces.length > 1) several.append(...faces.map((one, at) => this.faceButton(faces, one, at)));
    this.cropping.replaceChildren(line(face ? own.found : own.frame_it, "small"), several, host, this.truth());
    const described = {
      picture: addressOf(this.photograph), alt: fill(crop.square_alt, { picture: words.picture.alt.uploaded }), width, height,
      least: LEAST_SIDE, box: start, start, reset: face ? crop.to_face : crop.to_middle,
      sides: { size: crop.size, left: crop.left, top: crop.top },
    };
    const setStateValue = (_, square) => this.use(boxOf(square), "by hand").catch(report);
    showCropBox({ data: described, parentElement: root, setStateValue });
  }

  faceButton(faces, face, at) {
    return button(fill(words.picture.crop.face, { number: at + 1 }), () => this.choose(faces, face).catch(report));
  }

  /** Asks for the right answer, which only the person knows. */
  truth() {
    const { answers, question } = words.truth;
    const { node, radios } = choice("truth", question, [answers.yes, answers.no, answers.unsaid]);
    radios.forEach((radio, at) => {
      const label = [1, 0, null][at];
      radio.checked = this.label === label;
      radio.addEventListener("change", () => {
        this.label = label;
        this.tell();
      });
    });
    return node;
  }

  /** Cuts a part out; `frame` says who framed it, and `framed` whether it is a face. */
  async use({ left, top, width, height }, frame, framed = true) {
    const mine = (this.box = { left, top, width, height });
    const face = await this.bench.cut(this.photograph, mine);
    if (this.box !== mine) return; // the square has moved on
    this.face = face;
    Object.assign(this, { framed, frame: { frame, box: [left, top, width, height] } });
    this.tell();
  }

  tell() {
    if (!this.face) return;
    const { face, frame, framed, count, box } = this;
    const label = framed ? this.label : null; // of a wall, no answer is right
    const name = `own ${count} ${Object.values(box)} ${label}`;
    this.onFace({ name, face, label, frame, framed, alt: words.picture.alt.uploaded });
  }
}

/** A face's box as a square inside the picture; without one the largest square in the middle. */
function squareOf(face, width, height) {
  const longest = Math.min(width, height);
  if (!face) return [Math.floor((width - longest) / 2), Math.floor((height - longest) / 2), longest];
  const side = Math.min(Math.max(face.width, face.height, LEAST_SIDE), longest);
  const within = (value, most) => Math.min(Math.max(value, 0), most);
  return [within(face.left, width - side), within(face.top, height - side), side];
}

function boxOf([left, top, side]) {
  return { left, top, width: side, height: side };
}
