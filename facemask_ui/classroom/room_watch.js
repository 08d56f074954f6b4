// Looks again and again whether the teacher's room is still there, because nobody tells the page.

const EVERY_MS = 4000;

export default function ({ data, setTriggerValue }) {
  const look = async () => {
    const response = await fetch(data.address, { cache: "no-store" }).catch(() => undefined);
    if (!response?.ok) return; // the lab is being started anew, or refuses for a while
    const { state } = await response.json();
    if (state === "gone") location.reload(); // the page's session went with the room
    else if (state === "ended") setTriggerValue("ended", true);
  };
  const timer = setInterval(look, EVERY_MS);
  return () => clearInterval(timer);
}
