// What the file carries compressed, and the parts of the lab that have a style of their own.

/** Unpacks bytes that stand in the file under a name. */
async function unpackBytes(name) {
  const text = atob(document.getElementById(name).textContent);
  const packed = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) packed[at] = text.charCodeAt(at);
  const plain = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(plain).arrayBuffer();
}

/** Gives an element a root of its own with markup and style, as Streamlit gives each component. */
function openRoot(host, markup, style) {
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  root.adoptedStyleSheets = [sheet];
  root.innerHTML = markup;
  return root;
}

/** The pixels of a picture's file, and its size; throws where the browser cannot read it. */
async function readPixels(source, mostPixels = Infinity) {
  const bitmap = await createImageBitmap(source);
  const shrunk = Math.min(1, Math.sqrt(mostPixels / (bitmap.width * bitmap.height)));
  const canvas = element("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * shrunk));
  canvas.height = Math.max(1, Math.round(bitmap.height * shrunk));
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.fillStyle = "#fff"; // behind what is transparent
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  const { data: pixels, width, height } = pen.getImageData(0, 0, canvas.width, canvas.height);
  const size = [bitmap.width, bitmap.height];
  bitmap.close();
  return { data: pixels, width, height, size, canvas };
}

/** The bytes behind a data address; a page that asks for nothing cannot fetch them. */
function blobOf(address) {
  const [head, text] = address.split(",");
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Blob([bytes], { type: head.slice(5, head.indexOf(";")) });
}
