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

/** The bytes behind a data address; a page that asks for nothing cannot fetch them. */
function bytesOf(address) {
  return Uint8Array.from(atob(address.split(",")[1]), (letter) => letter.charCodeAt(0));
}
