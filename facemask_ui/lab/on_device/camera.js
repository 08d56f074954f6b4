// The camera, for one photo: it is on from a button until the photo, another button, or the tab's end.

const CAMERA_TROUBLES = {
  NotAllowedError: "refused", SecurityError: "insecure", NotFoundError: "missing",
  OverconstrainedError: "missing", NotReadableError: "taken", AbortError: "taken",
};

class Camera {
  /**
   * @param video Shows what the camera sees.
   * @param onEnd Called whenever it goes off.
   */
  constructor(video, onEnd) {
    Object.assign(this, { video, onEnd });
  }

  /** Whether a browser gives a page at this address the camera at all. */
  static get isAllowed() {
    return globalThis.isSecureContext && navigator.mediaDevices?.getUserMedia !== undefined;
  }

  /** Opens it; throws with the name of a sentence where that fails. */
  async open() {
    const wish = { video: { facingMode: "user", width: { ideal: 1280 } } };
    const stream = await navigator.mediaDevices.getUserMedia(wish).catch(({ name }) => {
      throw new UnusablePicture(CAMERA_TROUBLES[name] ?? "failed");
    });
    this.stop();
    this.stream = stream;
    for (const track of stream.getTracks()) track.addEventListener("ended", () => this.stop());
    this.video.srcObject = stream;
    await this.video.play();
  }

  /** The picture that is seen now; the camera goes off. */
  take() {
    const { videoWidth, videoHeight } = this.video;
    const photo = readPixels(this.video, videoWidth, videoHeight);
    this.stop();
    return photo;
  }

  stop() {
    if (!this.stream) return;
    for (const track of this.stream.getTracks()) track.stop();
    this.stream = undefined;
    this.video.srcObject = null;
    this.onEnd();
  }
}
