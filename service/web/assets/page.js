// The live layer. Without it every page works: it only renews what is shown and counts seconds.

const SKEW_MS = Date.parse(document.body.dataset.now ?? "") - Date.now() || 0;
const AGAIN_S = 30;
const SOON_S = 5;
const LOST_S = 60;

const now = () => Date.now() + SKEW_MS;

/** Seconds in the two largest units, as the server writes them. */
function lasting(seconds) {
  let rest = Math.floor(Math.abs(seconds));
  const parts = [];
  for (const [size, name] of [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]]) {
    parts.push([Math.floor(rest / size), name]);
    rest %= size;
  }
  const found = parts.findIndex(([amount]) => amount > 0);
  const first = found < 0 ? parts.length - 1 : found;
  const told = parts.slice(first, first + 2).filter(([amount]) => amount > 0);
  return told.map(([amount, name]) => `${amount} ${name}`).join(" ") || "0 s";
}

function tick() {
  for (const one of document.querySelectorAll("time[data-ago]")) {
    write(one, lasting(Math.max(0, now() - Date.parse(one.dateTime)) / 1000));
  }
  for (const one of document.querySelectorAll("time[data-until]")) {
    const left = (Date.parse(one.dateTime) - now()) / 1000;
    write(one, left > 0 ? lasting(left) : `overdue by ${lasting(left)}`);
    one.classList.toggle("soon", left < 300);
  }
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** What the server said of each part last: what stands there may have been counted on since. */
const said = new Map();

/**
 * Show how it stands now; where the server has no time for that, again a little later. One at a
 * time: of two, the answer of before could come last. What changes meanwhile is fetched after.
 */
async function renew() {
  clearTimeout(later);
  if (renewing) {
    again = true;
    return;
  }
  renewing = true;
  try {
    do {
      again = false;
      await fetched();
    } while (again);
    if (stream?.readyState === EventSource.OPEN) document.body.dataset.state = "live";
  } catch {
    later = setTimeout(renew, SOON_S * 1000);
  } finally {
    renewing = false;
  }
}

/** Fetch this page and put its parts in place of ours, where they differ. A lost answer is given up. */
async function fetched() {
  const signal = AbortSignal.timeout(LOST_S * 1000);
  const answer = await fetch(location.href, { headers: { "X-Live": "1" }, signal });
  if (answer.status === 401) return location.reload();
  if (!answer.ok) throw new Error(`${answer.status}`);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-part]")) {
    const other = fresh.getElementById(part.id);
    if (other && !busy(part) && other.innerHTML !== said.get(part.id)) {
      const open = [...part.querySelectorAll("details[open][id]")].map((one) => one.id);
      said.set(part.id, other.innerHTML);
      part.replaceChildren(...other.childNodes);
      for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    }
  }
  tick();
}

/** Somebody types or has the keyboard's focus there. */
function busy(part) {
  return part.contains(document.activeElement) && document.activeElement !== document.body;
}

let stream = null;
let later = 0;
let renewing = false;
let again = false;

function listen() {
  const address = document.body.dataset.live;
  if (!address || stream || document.hidden) return;
  stream = new EventSource(address);
  stream.addEventListener("changed", renew);  // the first too: much may happen before it is open
  stream.onerror = () => {
    document.body.dataset.state = "waiting";
    if (stream?.readyState === EventSource.CLOSED) {  // refused: too many of them, or signed out
      stream = null;
      setTimeout(() => { renew(); listen(); }, AGAIN_S * 1000);
    }
  };
}

/** A page that nobody sees keeps no stream: browsers have few to one address. */
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    stream?.close();
    stream = null;
  } else listen();
});

for (const form of document.querySelectorAll("form[data-auto]")) {
  form.addEventListener("change", (event) => {
    if (event.target instanceof HTMLSelectElement) form.requestSubmit();
  });
  form.addEventListener("submit", () => {  // an address without what was left empty
    for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
  });
}

window.addEventListener("pageshow", () => {  // back from history: what was disabled there
  for (const field of document.querySelectorAll("form[data-auto] :disabled")) field.disabled = false;
});

for (const part of document.querySelectorAll("[data-part]")) said.set(part.id, part.innerHTML);
tick();
setInterval(tick, 1000);
listen();
