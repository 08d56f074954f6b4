// Keeps a visitor's token in the tab, where a reload finds it and another tab does not.

const KEY = "facemask-lab.owner";

export default function ({ data, setStateValue }) {
  const kept = sessionStorage.getItem(KEY);
  if (kept === null || data.settled) sessionStorage.setItem(KEY, data.token);
  else if (kept !== data.token) setStateValue("kept", kept);
}
