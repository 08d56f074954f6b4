// The camera, for one photo: it is on from a button until the photo, another button, or the tab's end.

const CAMERA_TROUBLES = {
  NotAllowedError: "refused", SecurityError: "insecure", NotFoundError: "missing",
  OverconstrainedError: "missing", NotReadableError: "taken", AbortError: "taken",
};

class Camera {
  /**
   * @param video Shows what the camera sees.
   * @param onEnd Called whenever it goes off.
   * @param signal Ends its listening to the page.
   */
  constructor(video, onEnd, signal) {
    Object.assign(this, { video, onEnd });
    document.addEventListener("visibilitychange", () => document.hidden && this.stop(), { signal });
    addEventListener("pagehide", () => this.stop(), { signal });
  }

  /** Whether a browser gives a page at this address the camera at all. */
  static get isAllowed() {
    return globalThis.isSecureContext && navigator.mediaDevices?.getUserMedia !== undefined;
  }

  /** Opens it; false where its visitor has stopped it, or left, while the browser asked: then it stays off. */
  async open() {
    this.stop();
    const mine = (this.attempt = {});
    const wish = { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 960 } };
    const stream = await navigator.mediaDevices.getUserMedia({ video: wish, audio: false }).catch(({ name }) => {
      throw new UnusablePicture(CAMERA_TROUBLES[name] ?? "failed");
    });
    if (this.attempt !== mine) {
      endStream(stream);
      return false;
    }
    this.stream = stream;
    for (const track of stream.getTracks()) track.addEventListener("ended", () => this.stop());
    this.video.srcObject = stream;
    await this.video.play().catch(() => {}); // it went off, or shows its first picture a little later
    return true;
  }

  /** The picture that is seen now; the camera goes off. */
  take() {
    const { videoWidth: width, videoHeight: height } = this.video;
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    canvas.getContext("2d", { willReadFrequently: true }).drawImage(this.video, 0, 0);
    this.stop();
    checkSize(width, height);
    return readPixels(canvas, width, height);
  }

  stop() {
    this.attempt = undefined;
    if (!this.stream) return;
    endStream(this.stream);
    this.stream = undefined;
    this.video.srcObject = null;
    this.onEnd();
  }
}

function endStream(stream) {
  for (const track of stream.getTracks()) track.stop();
}
