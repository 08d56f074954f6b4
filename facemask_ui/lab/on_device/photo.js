// A picture of the visitor's, as pixels. It is decoded here and goes nowhere.

const MOST_BYTES = 20 * 2 ** 20; // as the server takes
const MOST_PIXELS = 40e6;
const LEAST_SIDE = 32;
const NO_FACES = ["heat", "noise", "sheet"]; // what the lab makes that shows no face

/** A picture that cannot be used; the message is the name of a sentence. */
class UnusablePicture extends Error {}

/**
 * Reads a file: upright, its colours in sRGB, transparency over white.
 *
 * @param keyword That of the lab's note in a PNG file.
 */
async function readPhoto(file, keyword) {
  if (file.size > MOST_BYTES) throw new UnusablePicture("large");
  const bytes = new Uint8Array(await file.arrayBuffer());
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => {
    throw new UnusablePicture("unreadable");
  });
  const photo = readPixels(bitmap, bitmap.width, bitmap.height);
  bitmap.close();
  return { ...photo, bytes: file.size, note: readNote(bytes, photo, keyword) };
}

/** The pixels of a drawn picture or of a video's frame. */
function readPixels(source, width, height) {
  if (width * height > MOST_PIXELS) throw new UnusablePicture("large");
  if (Math.min(width, height) < LEAST_SIDE) throw new UnusablePicture("small");
  const canvas = element("canvas");
  Object.assign(canvas, { width, height });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  if (!pen) throw new UnusablePicture("large");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, width, height);
  pen.drawImage(source, 0, 0);
  return { data: pen.getImageData(0, 0, width, height).data, width, height };
}

/** The lab's note in a file that is the picture it was written for; undefined for any other file. */
function readNote(bytes, photo, keyword) {
  if (photo.width !== SIDE || photo.height !== SIDE) return undefined;
  try {
    const note = JSON.parse(findText(bytes, keyword));
    const unchanged = note.pixels_crc32 === undefined || note.pixels_crc32 === checksum(rgbOf(photo.data));
    return unchanged && note.version === 1 && !NO_FACES.includes(note.made) ? note : undefined;
  } catch {
    return undefined; // no note, or somebody else's
  }
}

/** The text of a PNG file that has a keyword; empty where there is none. */
function findText(bytes, keyword) {
  const view = new DataView(bytes.buffer);
  const ascii = new TextDecoder("latin1");
  if (view.getUint32(0) !== 0x89504e47) return "";
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    const chunk = bytes.subarray(at + 4, at + 8 + view.getUint32(at));
    const text = ascii.decode(chunk.subarray(0, 2_100));
    if (text.startsWith(`tEXt${keyword}\0`)) return text.slice(keyword.length + 5);
  }
  return "";
}

function rgbOf(rgba) {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgb[to] = rgba[from];
    rgb[to + 1] = rgba[from + 1];
    rgb[to + 2] = rgba[from + 2];
  }
  return rgb;
}

/** The picture as an address that needs no request, small enough to be framed on a screen. */
function addressOf(photo, longest = 640) {
  const scale = Math.min(1, longest / Math.max(photo.width, photo.height));
  const whole = element("canvas");
  Object.assign(whole, { width: photo.width, height: photo.height });
  whole.getContext("2d").putImageData(new ImageData(photo.data, photo.width), 0, 0);
  const small = element("canvas");
  Object.assign(small, { width: Math.round(photo.width * scale), height: Math.round(photo.height * scale) });
  const pen = small.getContext("2d");
  pen.imageSmoothingQuality = "high";
  pen.drawImage(whole, 0, 0, small.width, small.height);
  return small.toDataURL("image/jpeg", 0.85);
}
