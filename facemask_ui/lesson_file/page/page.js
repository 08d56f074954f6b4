// The page: which part of it is shown follows the address, whose end no server sees.

const PARTS = ["lesson", "try", "worksheet"];

/** Says in a sentence what this device could not do. */
function report(error) {
  const trouble = document.getElementById("trouble");
  trouble.textContent = error instanceof OldBrowser ? own.old : fill(own.failed, { reason: error.message });
  trouble.hidden = false;
}

function openSheet(host) {
  if (host.firstChild) return;
  const bar = element("div", "row no-print");
  bar.append(button(own.print, () => print()));
  const sheet = element("div", "sheet");
  host.append(bar, sheet);
  openRoot(sheet, data.sheet, data.styles.sheet);
}

const bench = new Bench();
const parts = Object.fromEntries(PARTS.map((name) => [name, document.getElementById(name)]));
const lessonPage = new Lesson(parts.lesson, bench);
const trial = new Trial(parts.try, bench);

function route() {
  const [, name, number] = location.hash.match(/^#(try|worksheet|chapter)-?(\d*)$/) ?? [undefined, "chapter", "1"];
  const shown = name === "chapter" ? "lesson" : name;
  for (const part of PARTS) parts[part].hidden = part !== shown;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.dataset.part === shown) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (shown === "lesson") lessonPage.show(Number(number) || 1);
  if (shown === "try") trial.show();
  if (shown === "worksheet") openSheet(parts.worksheet);
}

addEventListener("hashchange", () => {
  route();
  scrollTo(0, 0);
  document.querySelector("main > section:not([hidden]) h1")?.focus({ preventScroll: true });
});
bench.device.catch(report);
route();
if (data.installable && navigator.serviceWorker) keepPage().catch(() => {}); // or it is loaded anew each time

/** Has the browser keep this page, for as long as it likes. */
async function keepPage() {
  await navigator.serviceWorker.register("lesson-worker.js", { scope: data.scope });
  const { active } = await navigator.serviceWorker.ready;
  active.postMessage({ page: location.href.split("#")[0] });
}
