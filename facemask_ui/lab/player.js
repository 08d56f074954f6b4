// What moves by itself: the slider from notch to notch, and original and attacked picture in turn.

const BLINK_MS = 700; // slower than three flashes a second
const PLAY_MS = 350;

class Player {
  /**
   * @param slider The slider it moves.
   * @param button The button that starts and stops it.
   * @param request Asks for the lab to be drawn.
   */
  constructor(slider, button, request) {
    this.slider = slider;
    this.button = button;
    this.request = request;
  }

  /** Says on the button what it does next. */
  label(words) {
    this.words = words;
    this.button.textContent = this.playing ? words.pause : words.play;
  }

  play(on) {
    clearInterval(this.player);
    this.playing = on;
    const { slider } = this;
    const atEnd = () => Number(slider.value) >= Number(slider.max);
    if (this.words) this.label(this.words);
    if (!on) return;
    if (atEnd()) slider.value = slider.min;
    this.player = setInterval(() => {
      slider.value = Number(slider.value) + 1;
      this.request();
      if (atEnd()) this.play(false);
    }, PLAY_MS);
  }

  blink(on) {
    clearInterval(this.blinker);
    this.showsAttacked = true;
    if (!on) return;
    this.blinker = setInterval(() => {
      this.showsAttacked = !this.showsAttacked;
      this.request();
    }, BLINK_MS);
  }

  stop() {
    this.play(false);
    this.blink(false);
  }
}
