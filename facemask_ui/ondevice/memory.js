// The kernels' memory: arrays are given out once, or lent for as long as a gradient needs them.

const PAGE_BYTES = 65_536;
const ALIGNMENT = 16; // of four float32

class Memory {
  /** @param exports What the WebAssembly instance exports. */
  constructor(exports) {
    this.bytes = exports.memory;
    this.end = exports.__heap_base.value;
    this.free = new Map();
  }

  /** Gives out an array of bytes for good; returns where it begins. */
  allocate(size) {
    const begin = Math.ceil(this.end / ALIGNMENT) * ALIGNMENT;
    this.end = begin + size;
    const missing = this.end - this.bytes.buffer.byteLength;
    if (missing > 0) this.bytes.grow(Math.ceil(missing / PAGE_BYTES));
    return begin;
  }

  /** Gives out an array of `count` float32 for good. */
  floats(count) {
    return this.allocate(4 * count);
  }

  /** Gives out an array that holds these float32. */
  keep(values) {
    const begin = this.floats(values.length);
    this.view(begin, values.length).set(values);
    return begin;
  }

  /** Lends an array of `count` float32, with whatever is in it. */
  lend(count) {
    return this.free.get(count)?.pop() ?? this.floats(count);
  }

  /** Takes back an array that was lent. */
  takeBack(begin, count) {
    if (!this.free.has(count)) this.free.set(count, []);
    this.free.get(count).push(begin);
  }

  /** What lies there now; growing memory ends every view, so none is kept. */
  view(begin, count) {
    return new Float32Array(this.bytes.buffer, begin, count);
  }

  /** The 8-bit values that lie there now. */
  levels(begin, count) {
    return new Uint8Array(this.bytes.buffer, begin, count);
  }

  copy(from, to, count) {
    this.view(to, count).set(this.view(from, count));
  }
}
