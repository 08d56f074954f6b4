// What a picture's file says before it is decoded: its kind, its size, and how it is to be turned.
//
// Not every browser turns every kind, so none is asked to: the file that is handed on says that it is
// upright, and photo.js turns the pixels. What is read here is what the core reads (decoding.py).

const ORIENTATION = 0x0112; // the tag of EXIF
const NOT_FRAMES = [0xc4, 0xc8, 0xcc]; // markers of JPEG among those that begin a frame
const ANIMATION = /^avis/;
const MOST_OF_BOXES = 2 ** 16; // bytes in which the sizes stand

/**
 * Reads a file's header, and has it say that the picture is upright.
 *
 * @param bytes The file, which may be changed.
 * @returns `kind`, `type`, `parts` (the file for the decoder), `orientation` by EXIF's numbers, `animated`,
 *   `passes` of a JPEG, and where the header says it `width` and `height`; undefined where it is no picture
 *   of a kind that the lab reads.
 */
function readHeader(bytes) {
  const [read, kind] = READERS[kindOf(bytes)] ?? [];
  if (!read) return undefined;
  const header = { kind, type: `image/${kind.toLowerCase()}`, parts: [bytes], orientation: 1, animated: false };
  try {
    read(header, bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // cut short: the decoder finds out as well
  }
  if (!(header.orientation >= 1 && header.orientation <= 8)) header.orientation = 1;
  return header;
}

function kindOf(bytes) {
  const text = String.fromCharCode(...bytes.subarray(0, 16));
  if (text.startsWith("\xff\xd8\xff")) return "jpeg";
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "png";
  if (/^RIFF[^]{4}WEBP/.test(text)) return "webp";
  if (text.startsWith("BM")) return "bmp";
  if (text.slice(4, 8) !== "ftyp") return undefined;
  const brand = text.slice(8, 12);
  const either = ["mif1", "msf1"].includes(brand);
  if (["avif", "avis"].includes(brand) || (either && signsOf(bytes, 16, 64).includes("avif"))) return "avif";
  return either || /^he[iv][cxms]$/.test(brand) ? "heic" : undefined;
}

const READERS = {
  jpeg: [readJpeg, "JPEG"], png: [readPng, "PNG"], webp: [readWebp, "WebP"], bmp: [readBmp, "BMP"],
  avif: [readBoxes, "AVIF"], heic: [readBoxes, "HEIC"],
};

/** Some bytes as text, a sign for each; only those of ASCII are what they were. */
function signsOf(bytes, from, end) {
  return new TextDecoder("latin1").decode(bytes.subarray(from, end));
}

// ---- a reader for each kind ----

function readJpeg(header, bytes, view) {
  header.passes = 0;
  for (let at = 0; (at = bytes.indexOf(0xda, at + 1)) > 0; ) header.passes += bytes[at - 1] === 0xff;
  const turns = {};
  for (let at = 2; view.getUint8(at) === 0xff; ) {
    const marker = view.getUint8(at + 1);
    if (marker === 0xda || marker === 0xd9) break; // the pixels
    const alone = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);
    const end = marker === 0xff ? at + 1 : alone ? at + 2 : at + 2 + view.getUint16(at + 2);
    const body = at + 4;
    if (marker === 0xe1) {
      const name = signsOf(bytes, body, body + 29);
      if (name.startsWith("Exif\0\0")) turns.exif ??= takeExifTurn(bytes, body, end);
      if (name.startsWith("http://ns.adobe.com/xap/1.0/\0")) turns.xmp ??= takeXmpTurn(bytes, body, end);
    } else if (marker >= 0xc0 && marker <= 0xcf && !NOT_FRAMES.includes(marker)) {
      Object.assign(header, { height: view.getUint16(body + 1), width: view.getUint16(body + 3) });
    }
    at = end;
    header.orientation = turns.exif ?? turns.xmp ?? 1;
  }
}

/** Leaves out what does not matter to the pixels, as the core does: a note of gamma is not carried out either. */
function readPng(header, bytes, view) {
  Object.assign(header, { width: view.getUint32(16), height: view.getUint32(20), parts: [bytes.subarray(0, 8)] });
  const turns = {};
  for (let at = 8; at < bytes.length; ) {
    const kind = signsOf(bytes, at + 4, at + 8);
    const end = at + 12 + (at + 8 <= bytes.length ? view.getUint32(at) : 0);
    const [body, close] = [at + 8, end - 4];
    if (kind === "acTL") header.animated ||= view.getUint32(body) > 1;
    if (kind === "eXIf") turns.exif ??= takeExifTurn(bytes, body, close);
    if (kind === "iTXt" && signsOf(bytes, body, body + 20).startsWith("XML:com.adobe.xmp\0\0")) {
      turns.xmp ??= takeXmpTurn(bytes, body, close);
    }
    const matters = /^[A-Z]/.test(kind) || ["tRNS", "iCCP"].includes(kind) || end > bytes.length;
    if (matters) header.parts.push(bytes.subarray(at, end));
    at = end;
    header.orientation = turns.exif ?? turns.xmp ?? 1;
  }
}

function readWebp(header, bytes, view) {
  const turns = {};
  const fill = (width, height) => (header.width ??= width) && (header.height ??= height);
  let frames = 0;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const kind = signsOf(bytes, at, at + 4);
    const body = at + 8;
    const end = body + view.getUint32(at + 4, true);
    const pair = (place, mask) => ((view.getUint16(place, true) | (view.getUint8(place + 2) << 16)) & mask) + 1;
    if (kind === "VP8X") fill(pair(body + 4, 0xffffff), pair(body + 7, 0xffffff));
    if (kind === "VP8 ") fill(view.getUint16(body + 6, true) & 0x3fff, view.getUint16(body + 8, true) & 0x3fff);
    if (kind === "VP8L") fill(pair(body + 1, 0x3fff), ((view.getUint32(body + 1, true) >>> 14) & 0x3fff) + 1);
    if (kind === "ANMF") frames += 1;
    if (kind === "EXIF") turns.exif ??= takeExifTurn(bytes, body, end);
    if (kind === "XMP ") turns.xmp ??= takeXmpTurn(bytes, body, end);
    at = end + (end % 2);
  }
  header.animated = frames > 1;
  header.orientation = turns.exif ?? turns.xmp ?? 1;
}

function readBmp(header, bytes, view) {
  if (view.getUint32(14, true) < 40) return; // the oldest header has small numbers
  Object.assign(header, { width: view.getInt32(18, true), height: Math.abs(view.getInt32(22, true)) });
}

/** HEIC and AVIF say in boxes of their own how they are turned, which every decoder carries out. */
function readBoxes(header, bytes, view) {
  header.animated = ANIMATION.test(signsOf(bytes, 8, 12));
  const start = signsOf(bytes, 0, MOST_OF_BOXES);
  for (let at = -1; (at = start.indexOf("ispe", at + 1)) > 0; ) { // of the picture, and of what it is made of
    const [width, height] = [view.getUint32(at + 8), view.getUint32(at + 12)];
    if (width * height > (header.width ?? 0) * (header.height ?? 0)) Object.assign(header, { width, height });
  }
}

// ---- how a picture is to be turned ----

/** The orientation in EXIF, which is then upright; undefined where it says none, or is damaged. */
function takeExifTurn(bytes, from, end) {
  try {
    return takeTag(bytes, from, end);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function takeTag(bytes, from, end) {
  let start = from;
  while (signsOf(bytes, start, start + 6) === "Exif\0\0") start += 6;
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, Math.min(end, bytes.length) - start);
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return undefined;
  const little = order === 0x4949;
  const first = view.getUint32(4, little);
  for (let entry = 0; entry < view.getUint16(first, little); entry += 1) {
    const at = first + 2 + 12 * entry;
    if (view.getUint16(at, little) !== ORIENTATION) continue;
    const [get, set] = { 1: ["getUint8", "setUint8"], 4: ["getUint32", "setUint32"] }[view.getUint16(at + 2, little)]
      ?? ["getUint16", "setUint16"];
    const turn = view[get](at + 8, little);
    view[set](at + 8, 1, little);
    return turn;
  }
  return undefined;
}

/** The orientation in XMP, which is then upright; undefined where it says none. */
function takeXmpTurn(bytes, from, end) {
  const text = signsOf(bytes, from, end);
  const found = /tiff:Orientation(="|>)([0-9])/.exec(text);
  if (!found) return undefined;
  bytes[from + found.index + found[0].length - 1] = "1".charCodeAt(0);
  return Number(found[2]);
}
