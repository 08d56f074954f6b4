// The lab's note in a picture that it saved: what such a picture shows is a face already.

const NO_FACES = ["heat", "noise", "sheet"]; // what the lab makes that shows no face

/**
 * Reads a file as a photo, with the lab's note where it has one.
 *
 * @param keyword That of the note in a PNG file.
 */
async function readNoted(file, keyword) {
  const bytes = await readBytes(file);
  const photo = await readPhoto(bytes);
  return { ...photo, note: readNote(bytes, photo, keyword) };
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
