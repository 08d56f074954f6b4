// Takes one part of a film from the server and leaves it where the lab looks for it.
//
// A film's parts come one by one while they are being computed. Each has an element of its own, so
// that none is sent twice: Streamlit repeats an element only where it changed.

const films = (globalThis[Symbol.for("facemask-lab.films")] ??= new Map());

export default async function ({ data }) {
  const bytes = new Uint8Array(data.buffer ?? data, data.byteOffset ?? 0, data.byteLength);
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + size)));
  const packed = new Blob([bytes.subarray(4 + size)]).stream();
  const plain = packed.pipeThrough(new DecompressionStream("deflate"));
  const pixels = new Uint8Array(await new Response(plain).arrayBuffer());
  if (!films.has(header.question)) films.set(header.question, new Map());
  films.get(header.question).set(header.part, { ...header, pixels });
  globalThis.dispatchEvent(new CustomEvent("facemask-lab", { detail: header.question }));
}
