// A picture as a PNG file with the lab's note in it (facemask_core/pictures/model_input.py).
//
// A canvas writes PNG as well, but browsers that guard against being recognised change its pixels,
// and then the file is not the picture that the model was given.

const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? 0xedb88320 ^ (byte >>> 1) : byte >>> 1;
  return byte;
});

/** The CRC-32 of bytes. */
function checksum(bytes) {
  let crc = ~0;
  for (const byte of bytes) crc = CRC[(crc ^ byte) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** Writes RGB pixels as PNG; `fields` is the note. */
async function encodePng(rgb, keyword, fields) {
  const ascii = new TextEncoder();
  const note = JSON.stringify({ ...fields, pixels_crc32: checksum(rgb) });
  const escaped = note.replace(/[^ -~]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, SIDE);
  view.setUint32(4, SIDE);
  header.set([8, 2], 8); // 8 bits a value, RGB
  return new Blob(
    [
      Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
      pngChunk("IHDR", header),
      pngChunk("tEXt", ascii.encode(`${keyword}\0${escaped}`)),
      pngChunk("IDAT", await deflate(filterRows(rgb))),
      pngChunk("IEND", new Uint8Array()),
    ],
    { type: "image/png" },
  );
}

/** Each row begins with its filter; the first says that a value is its distance from the left one. */
function filterRows(rgb) {
  const width = SIDE * 3;
  const rows = new Uint8Array(SIDE * (1 + width));
  for (let row = 0; row < SIDE; row++) {
    const from = row * width;
    const to = row * (1 + width) + 1;
    rows[to - 1] = 1;
    for (let i = 0; i < width; i++) rows[to + i] = rgb[from + i] - (i < 3 ? 0 : rgb[from + i - 3]);
  }
  return rows;
}

async function deflate(bytes) {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

function pngChunk(kind, content) {
  const chunk = new Uint8Array(12 + content.length);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, content.length);
  chunk.set(new TextEncoder().encode(kind), 4);
  chunk.set(content, 8);
  view.setUint32(8 + content.length, checksum(chunk.subarray(4, 8 + content.length)));
  return chunk;
}
