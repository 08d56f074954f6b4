// The camera, where the browser gives one to this page: a picture is taken at a press of a button.

const CAMERA_REASONS = {
  NotAllowedError: "refused", SecurityError: "insecure", NotFoundError: "missing",
  OverconstrainedError: "missing", NotReadableError: "taken", AbortError: "taken",
};

class Camera {
  /**
   * @param host Where the camera's picture stands while it is on.
   * @param onPicture Called with the canvas of a still.
   * @param onTrouble Called with a sentence where there is no camera.
   */
  constructor(host, onPicture, onTrouble) {
    Object.assign(this, { host, onPicture, onTrouble });
    document.addEventListener("visibilitychange", () => document.hidden && this.stop());
    addEventListener("hashchange", () => this.stop());
  }

  async start() {
    const said = words["inspect.live.words"];
    if (!navigator.mediaDevices?.getUserMedia) return this.onTrouble(own.no_camera);
    this.stop();
    const mine = (this.attempt = {});
    const wish = { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 960 } };
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: wish, audio: false });
      if (this.attempt !== mine) return stream.getTracks().forEach((track) => track.stop());
      this.stream = stream;
      return await this.show(stream, said);
    } catch (error) {
      return this.onTrouble(said[CAMERA_REASONS[error.name] ?? "failed"]);
    }
  }

  async show(stream, said) {
    const video = Object.assign(element("video"), { playsInline: true, muted: true, srcObject: stream });
    video.setAttribute("aria-label", said.camera);
    const row = element("div", "row");
    row.append(button(words.picture.take, () => this.take(video)), button(said.stop, () => this.stop()));
    this.host.replaceChildren(video, row);
    await video.play();
    row.firstChild.focus();
  }

  /** Keeps the still that is on the screen, the right way round, and switches the camera off. */
  take(video) {
    const canvas = element("canvas");
    Object.assign(canvas, { width: video.videoWidth, height: video.videoHeight });
    canvas.getContext("2d").drawImage(video, 0, 0);
    this.stop();
    this.onPicture(canvas);
  }

  stop() {
    this.attempt = undefined;
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = undefined;
    this.host.replaceChildren();
  }
}
