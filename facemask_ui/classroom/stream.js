// A room's state as it comes, and messages to the room.
"use strict";

const FIRST_WAIT = 400; // milliseconds before the first try to come back
const LONGEST_WAIT = 4000;
const SILENCE = 25000; // a stream says every ten seconds that it lives
const SLEPT = 12000; // one that has said nothing for longer when its page is looked at again is dead

const pause = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); });

/** Follows a room, and comes back by itself when the connection breaks. */
class Stream {
  /**
   * @param address Where the events come from.
   * @param headers What is sent along.
   * @param onState Gets each state.
   * @param onLost Is told each time the connection is lost.
   * @param onOver Gets the status and the sentence of a refusal, after which nothing more comes.
   */
  constructor(address, { headers = {}, onState, onLost, onOver }) {
    Object.assign(this, { address, headers, onState, onLost, onOver, closed: false });
    this.hurry = () => {
      if (Date.now() - this.heardAt > SLEPT) this.cut();
      this.wake?.();
    };
    this.cut = () => this.controller?.abort(); // a device without a network need not wait for silence
    window.addEventListener("offline", this.cut);
    window.addEventListener("online", this.hurry);
    document.addEventListener("visibilitychange", this.hurry);
    this.follow();
  }

  close() {
    this.closed = true;
    this.controller?.abort();
    window.removeEventListener("offline", this.cut);
    window.removeEventListener("online", this.hurry);
    document.removeEventListener("visibilitychange", this.hurry);
  }

  async follow() {
    let wait = FIRST_WAIT;
    while (!this.closed) {
      const heard = await this.connect();
      if (this.closed) return;
      if (heard) wait = FIRST_WAIT;
      this.onLost();
      await Promise.race([pause(wait * (0.5 + Math.random())), new Promise((done) => { this.wake = done; })]);
      wait = Math.min(2 * wait, LONGEST_WAIT);
    }
  }

  /** Follows one connection to its end; tells whether anything was heard. */
  async connect() {
    this.controller = new AbortController();
    const { signal } = this.controller;
    let heard = false;
    let watchdog;
    const watch = () => {
      this.heardAt = Date.now();
      clearTimeout(watchdog);
      watchdog = setTimeout(() => this.controller.abort(), SILENCE);
    };
    watch();
    try {
      const response = await fetch(this.address, { headers: this.headers, signal, cache: "no-store" });
      if (!response.ok) {
        await this.refuse(response);
        return false;
      }
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        heard = true;
        watch();
        text = this.take(text + value);
      }
    } catch {
      // lost; the caller tries again
    } finally {
      clearTimeout(watchdog);
    }
    return heard;
  }

  /** Ends for good where the room or the device is not known there any more. */
  async refuse(response) {
    if (![403, 404, 410].includes(response.status)) return;
    const { error, sentence } = await response.json().catch(() => ({}));
    if (!sentence) return; // a proxy's answer, not the lab's
    this.close();
    this.onOver(error, sentence);
  }

  /** Hands over the whole events of a text, and returns what is left. */
  take(text) {
    const events = text.split("\n\n");
    const rest = events.pop();
    for (const event of events) {
      const data = event.split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice(5)).join("\n");
      if (data && !this.closed) this.onState(JSON.parse(data));
    }
    return rest;
  }
}

/** Sends a message; returns { ok, status, data }, status 0 where nothing came back. */
async function post(address, body, headers = {}) {
  try {
    const response = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
    return { ok: response.ok, status: response.status, data: await response.json().catch(() => ({})) };
  } catch {
    return { ok: false, status: 0, data: {} };
  }
}

/** Sends a message until it has arrived, or `isWanted` says that it is no longer of use. */
async function postSurely(address, body, isWanted) {
  for (let wait = FIRST_WAIT; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
    const answer = await post(address, body);
    if (answer.status && answer.status !== 429 && answer.status < 500) return answer;
    await pause(wait * (0.5 + Math.random()));
    if (!isWanted()) return answer;
  }
}
