// Keeps a visitor's token in the browser, where a reload and every tab of this lab find it.

const KEY = "facemask-lab.owner";

export default function ({ data, setStateValue }) {
  let kept = null;
  try {
    kept = localStorage.getItem(KEY);
    if (kept === null || data.settled) localStorage.setItem(KEY, data.token);
  } catch {
    return; // the browser keeps nothing: the reports are this tab's until it is closed
  }
  if (kept !== null && !data.settled && kept !== data.token) setStateValue("kept", kept);
}
