// The lab on the visitor's device as an element of a page.

export default function ({ data, parentElement }) {
  const own = (parentElement.own ??= new OwnFace(parentElement));
  own.show(data);
  // Streamlit ends an overtaken run in this way as well; only what has left the page is closed.
  return () => parentElement.isConnected || own.close();
}
