// The review page: paints what `Work` holds, and turns keys into acts.

import { Work } from "./work.js";
import { Barred, LoggedOut } from "./wire.js";

const SETTLE = 150; // ms for which a new item takes no key: a double tap decides one item
const INTERRUPTED = 1500; // the same, when it came while somebody wrote: words decide nothing
const LONG = 48; // characters from which a value is read, not glanced at
const DEPTH_EVERY = 10000;
const PICTURE = /^data:image\/(png|jpeg|gif|webp|avif);base64,/;

const $ = (id) => document.getElementById(id);
const main = $("review");
const leaseSeconds = Number(main.dataset.leaseSeconds);
const hosts = main.dataset.images.split(" ").filter(Boolean); // whose pictures may be shown
const shelves = `handraise.${main.dataset.queue}.${main.dataset.owner}`; // nobody finds another's
const buttons = [...$("labels").children];
const byKey = Object.fromEntries(buttons.map((b) => [b.getAttribute("aria-keyshortcuts"), b]));

let shown = null; // the item on the screen; null as soon as it is answered
let shownAt = 0;
let deafUntil = 0;
let answered = Number(sessionStorage.getItem(`${shelves}.answered`) ?? 0);
let troubled = null; // the notice of it
let pen = null; // what is typed rather than pressed; comes after the first item

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Text whose direction is its own: it cannot turn around what stands beside it. */
function foreign(name, className, text) {
  const made = element(name, className, text);
  made.dir = "auto";
  return made;
}

function clock(time, options = { timeStyle: "short" }) {
  return new Intl.DateTimeFormat(undefined, options).format(new Date(time));
}

function span(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function readable(value) {
  if (value === null) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "object" ? JSON.stringify(value, null, 2) : String(value);
}

/** A picture that came with the event: nobody has to see it before they ask. */
function picture(name, address) {
  const button = element("button", "picture");
  const image = element("img");
  image.alt = `Picture: ${name}`;
  if (PICTURE.test(address)) image.src = address; // others are not even loaded before
  button.type = "button";
  button.append(image, element("span", "", "Show the picture"));
  button.addEventListener("click", () => {
    image.src = address;
    button.classList.toggle("clear");
  });
  return button;
}

/** Text in which the words that spoke for the model's answer are marked. */
function marked(text, words) {
  const found = words.filter((word) => word && text.toLowerCase().includes(word.toLowerCase()));
  if (found.length === 0) return [text];
  const escaped = found.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const parts = text.split(new RegExp(`(${escaped.join("|")})`, "gi"));
  return parts.map((part, place) => (place % 2 ? element("mark", "", part) : part));
}

function paintFields(section, values, evidence) {
  const list = element("dl", "fields");
  for (const [name, value] of Object.entries(values)) {
    const text = readable(value);
    const long = text.length > LONG || text.includes("\n");
    const row = element("div", long ? "long" : value === null ? "none" : typeof value);
    const said = foreign("dd", "");
    const carried = evidence.filter(({ field, contribution }) => field === name && contribution > 0);
    if (PICTURE.test(text) || hosts.some((host) => text.startsWith(`${host}/`))) said.append(picture(name, text));
    else said.append(...marked(text, carried.map((each) => readable(each.value))));
    row.append(foreign("dt", "", name), said);
    list.append(row);
  }
  section.querySelector("dl").replaceWith(list);
  section.hidden = list.childElementCount === 0;
}

function paintPrediction({ prediction, reason, evidence }) {
  const none = reason === "no_model" ? "No model has an opinion yet." : "";
  const words = evidence.length ? " What carried them is marked." : "";
  $("model").textContent = prediction
    ? `The bars are the model's probabilities.${words}`
    : none || "Blind: the model's answer is hidden.";
  for (const button of buttons) {
    const label = button.dataset.label;
    const share = Object.hasOwn(prediction ?? {}, label) ? prediction[label] : null;
    const percent = share === null ? "" : `${(share * 100).toFixed(0)} %`;
    button.querySelector(".share").textContent = percent;
    button.querySelector(".bar").hidden = share === null;
    button.querySelector(".bar i").style.inlineSize = `${(share ?? 0) * 100}%`;
  }
}

/** What others said and wrote; the API tells only the lead whom it concerns. */
function paintOthers({ opinions, notes }) {
  const said = opinions.map(({ label, comment }) => (comment ? `${label}: ${comment}` : label));
  const list = element("ul");
  list.append(...[...said, ...notes].map((text) => foreign("li", "", text)));
  $("others").querySelector("ul").replaceWith(list);
  $("others").hidden = list.childElementCount === 0;
}

function paintTimes() {
  if (!shown) return;
  const left = (shown.until - Date.now()) / 1000;
  $("hold").textContent =
    left > 0 ? `Held for you: ${span(left)}` : "Time is up; your answer counts unless others took over";
  $("hold").classList.toggle("late", left * 6 < leaseSeconds);
  const due = shown.item.deadline && (new Date(shown.item.deadline) - Date.now()) / 1000;
  if (due === null) return;
  const full = clock(shown.item.deadline, { dateStyle: "medium", timeStyle: "short" });
  const soon = due > 0 ? `due ${full}` : `overdue since ${full}`;
  const urgent = Number(main.dataset.urgentSeconds);
  $("due").textContent = 0 < due && due < urgent ? `due in ${span(due)}` : soon;
  $("due").classList.toggle("late", due < urgent);
}

function paintLast() {
  const { last } = work;
  $("last").hidden = !last;
  if (!last) return;
  $("last-label").textContent = `${last.label} · ${last.event}`;
  $("last-label").href = `/records/${main.dataset.project}?event_id=${encodeURIComponent(last.event)}`;
}

function show(held) {
  const { item } = held;
  if (String(item.labels) !== String(buttons.map((b) => b.dataset.label))) return location.reload();
  [$("rest").hidden, $("work").hidden, $("similar").hidden] = [true, false, true];
  $("question").textContent = item.title;
  $("why").textContent = item.why;
  $("event").textContent = item.event_id;
  $("received").textContent = `waiting since ${clock(item.received_at)}`;
  $("due").textContent = "";
  paintOthers(item);
  paintFields($("features"), item.features, item.evidence);
  paintFields($("context"), item.context, item.evidence);
  paintPrediction(item);
  paintLast();
  $("announcement").textContent = `New item: ${item.event_id}. ${item.why}`;
  shown = held;
  shownAt = performance.now();
  const pause = pen?.show(work.note(held)) ? INTERRUPTED : SETTLE;
  deafUntil = shownAt + pause;
  $("work").dataset.state = "settling";
  setTimeout(() => shown === held && ($("work").dataset.state = "ready"), pause);
  paintTimes();
  if (!pen) import("./pen.js").then(takeUp);
  window.scrollTo(0, 0);
}

function takeUp({ Pen }) {
  pen ??= new Pen(buttons, { write: (note) => work.write(note), escalate: () => pass("escalate"), decide });
  if (shown) pen.show(work.note(shown));
}

function rest(because, until) {
  shown = null;
  [$("rest").hidden, $("work").hidden] = [false, true];
  const free = until ? `; next free at ${clock(until, { timeStyle: "medium" })}` : "";
  const [title, detail] = {
    no_items: ["Nothing waits", "New items appear by themselves."],
    all_leased: ["All held", `All items are held by others${free}.`],
    none_for_you: ["Nothing for you", $("rest").dataset.others],
    given_back: ["Given back", "It was the last one. What comes up next appears by itself."],
  }[because] ?? ["One moment", "Fetching the next item."];
  $("rest-title").textContent = title;
  $("rest-detail").textContent = detail;
}

/** A notice stays until it is dismissed; that of trouble until it is over. */
function notify(text) {
  const notice = $("notice").content.firstElementChild.cloneNode(true);
  notice.querySelector("p").textContent = text;
  notice.querySelector("button").addEventListener("click", () => notice.remove());
  $("notices").append(notice);
  return notice;
}

function trouble(tries, error) {
  const unsaved = work.acts.length;
  const kept = unsaved ? `${unsaved} not saved yet, trying again (${tries}).` : `Trying again (${tries}).`;
  let text = unsaved ? kept : `No connection. ${kept}`;
  if (error instanceof LoggedOut) text = `Session expired. ${kept} What you wrote is kept.`;
  if (error instanceof Barred) text = `You may not work here for now: ${error.message}. ${kept}`;
  if (!troubled?.isConnected) troubled = notify(text);
  troubled.querySelector("p").textContent = text;
  troubled.querySelector('[href="/login"]').hidden = !(error instanceof LoggedOut);
  troubled.querySelector('[href^="/exam"]').hidden = !error.type?.endsWith(":not-qualified");
}

function count(more) {
  answered += more;
  sessionStorage.setItem(`${shelves}.answered`, answered);
  $("answered").textContent = answered;
  if (more) $("waiting").textContent = Math.max(0, Number($("waiting").textContent) - more);
}

const work = new Work(main.dataset.queue, leaseSeconds, shelves, {
  shown: show,
  resting: rest,
  troubled: trouble,
  level: () => troubled?.remove(),
  counted: count,
  lost: (event, why) => notify(`${event}: ${why}`),
});

/** Takes the item off the screen for one act; null while there is none to act on. */
function taken() {
  if (!shown || performance.now() < deafUntil) return null;
  const held = shown;
  shown = null;
  return held;
}

function decide(button) {
  if (taken()) work.decide(button.dataset.label, Math.round((performance.now() - shownAt) / 100) / 10);
}

/** Skip or escalate. A lead wants to know why: without a note one is asked for first. */
function pass(kind) {
  if (kind === "escalate" && shown && !work.note(shown).comment.trim()) pen?.ask();
  else if (taken()) work.pass(kind);
}

function undo() {
  if (!work.last) return;
  shown = null;
  work.undo();
}

function toggleHelp() {
  return $("help").open ? $("help").close() : $("help").showModal();
}

const ACTS = {
  r: () => taken() && work.release(),
  s: () => pass("skip"),
  e: () => $("escalate") && pass("escalate"),
  u: undo,
  n: () => shown && pen?.open(),
  c: () => shown && import("./compare.js").then(({ compare }, held = shown) => compare(held, () => shown === held)),
  "/": () => shown && pen?.search(),
  escape: () => $("notices").firstElementChild?.remove(),
};

function press(event) {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.ctrlKey || event.altKey || event.metaKey || typing) return;
  if (event.repeat) {
    if (event.key === "Enter" && event.target.matches?.("button")) event.preventDefault();
    return;
  }
  if (event.key === "?") return toggleHelp();
  if ($("help").open) return;
  const key = event.key.toLowerCase();
  if (Object.hasOwn(byKey, key)) decide(byKey[key]);
  else if (Object.hasOwn(ACTS, key)) {
    event.preventDefault();
    ACTS[key]();
  }
}

document.addEventListener("keydown", press);
for (const button of buttons) button.addEventListener("click", () => decide(button));
for (const id of ["release", "skip", "escalate", "undo", "note-key", "compare"]) {
  const key = $(id)?.getAttribute("aria-keyshortcuts");
  $(id)?.addEventListener("click", () => ACTS[key]());
}
$("keys").addEventListener("click", toggleHelp);
document.addEventListener("visibilitychange", () => document.hidden || work.resume());
window.addEventListener("online", () => work.wake());
window.addEventListener("pagehide", () => work.leave());
window.addEventListener("pageshow", (event) => event.persisted && location.reload());
window.addEventListener("beforeunload", (event) => work.acts.length && event.preventDefault());
setInterval(paintTimes, 1000);
setInterval(() => document.hidden || work.depth().then((d) => ($("waiting").textContent = d), Boolean), DEPTH_EVERY);
setInterval(() => document.hidden || work.beat(), (leaseSeconds * 1000) / 3);
count(0);
rest(null, null);
work.run();
