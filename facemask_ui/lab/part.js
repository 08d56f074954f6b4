// Takes one part of a film from the server and leaves it where the lab looks for it.
//
// Each part has an element of its own, so that none is sent twice: Streamlit repeats an element
// only where it changed. component.py puts codec.js before this file.

export default async function ({ data }) {
  const part = await unpack(data);
  if (!films.has(part.question)) films.set(part.question, new Map());
  films.get(part.question).set(part.part, part);
  globalThis.dispatchEvent(new CustomEvent("facemask-lab", { detail: part.question }));
}
