// The stage as an element of a page, which the server's script run draws.

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const lab = (parentElement.lab ??= new Lab(parentElement));
  lab.show(data, { setStateValue, setTriggerValue });
  forgetOthers();
  // Streamlit ends an overtaken run in this way as well; only what has left the page is closed.
  return () => parentElement.isConnected || lab.close();
}
