// The review page: paints what `Work` holds, and turns keys into answers.

import { Barred, LoggedOut, Work } from "./work.js";

const KEYS = "123456789abcdfghijklmnopqtvwxyz"; // r, s, e and u mean something else
const SETTLE = 150; // ms for which a new item takes no key: a double tap decides one item
const LONG = 48; // characters from which a value is read, not glanced at
const DEPTH_EVERY = 10000;

const $ = (id) => document.getElementById(id);
const main = $("review");
const leaseSeconds = Number(main.dataset.leaseSeconds);
const counter = `handraise.answered.${main.dataset.queue}`;

let shown = null; // the item on the screen; null as soon as it is answered
let shownAt = 0;
let answered = Number(sessionStorage.getItem(counter) ?? 0);

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

function readable(value) {
  if (value === null) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "object" ? JSON.stringify(value, null, 2) : String(value);
}

function paintFields(section, values) {
  const list = element("dl", "fields");
  for (const [name, value] of Object.entries(values)) {
    const text = readable(value);
    const long = text.length > LONG || text.includes("\n");
    const row = element("div", long ? "long" : value === null ? "none" : typeof value);
    row.append(foreign("dt", "", name), foreign("dd", "", text));
    list.append(row);
  }
  section.querySelector("dl")?.remove();
  section.append(list);
  section.hidden = list.childElementCount === 0;
}

function paintLabels(labels) {
  const same = JSON.stringify(labels);
  if ($("labels").dataset.labels === same) return; // a focused button stays focused
  $("labels").dataset.labels = same;
  $("labels").replaceChildren(
    ...labels.map((label, place) => {
      const button = element("button", "label");
      button.type = "button";
      if (KEYS[place]) {
        button.append(element("kbd", "", KEYS[place]));
        button.setAttribute("aria-keyshortcuts", KEYS[place]);
      }
      const bar = element("span", "bar");
      bar.append(element("i"));
      button.append(foreign("span", "text", label), element("span", "share"), bar);
      button.addEventListener("click", () => decide(place));
      return button;
    }),
  );
}

function paintPrediction({ labels, prediction, reason }) {
  const none = reason === "no_model" ? "No model has an opinion yet." : "";
  $("model").textContent = prediction
    ? "The bars are the model's probabilities."
    : none || "Blind: the model's answer is hidden.";
  labels.forEach((label, place) => {
    const button = $("labels").children[place];
    const share = Object.hasOwn(prediction ?? {}, label) ? prediction[label] : null;
    button.querySelector(".share").textContent =
      share === null ? "" : `${(share * 100).toFixed(0)} %`;
    button.querySelector(".bar").hidden = share === null;
    button.querySelector(".bar i").style.inlineSize = `${(share ?? 0) * 100}%`;
  });
}

function paintHold() {
  if (!shown) return;
  const left = Math.ceil((shown.until - Date.now()) / 1000);
  const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  $("hold").textContent =
    left > 0 ? `Held for you: ${time}` : "Time is up; your answer counts unless others took over";
  $("hold").classList.toggle("late", left * 6 < leaseSeconds);
}

function show(held) {
  const { item } = held;
  $("rest").hidden = true;
  $("work").hidden = false;
  $("question").textContent = item.title;
  $("why").textContent = item.why;
  $("event").textContent = item.event_id;
  $("received").textContent = `waiting since ${clock(item.received_at)}`;
  const full = { dateStyle: "medium", timeStyle: "short" };
  $("due").textContent = item.deadline ? `due ${clock(item.deadline, full)}` : "";
  paintFields($("features"), item.features);
  paintFields($("context"), item.context);
  paintLabels(item.labels);
  paintPrediction(item);
  $("announcement").textContent = `New item: ${item.event_id}. ${item.why}`;
  shown = held;
  shownAt = performance.now();
  $("work").dataset.state = "settling";
  setTimeout(() => shown === held && ($("work").dataset.state = "ready"), SETTLE);
  paintHold();
  window.scrollTo(0, 0);
}

function rest(because, until) {
  shown = null;
  $("work").hidden = true;
  $("rest").hidden = false;
  const free = until ? `; next free at ${clock(until, { timeStyle: "medium" })}` : "";
  const [title, detail] = {
    no_items: ["Nothing waits", "New items appear by themselves."],
    all_leased: ["All held", `All items are held by others${free}.`],
    none_for_you: ["Nothing for you", "What waits you have answered or passed on already."],
    given_back: ["Given back", "It was the last one. What comes up next appears by itself."],
  }[because] ?? ["One moment", "Fetching the next item."];
  $("rest-title").textContent = title;
  $("rest-detail").textContent = detail;
}

/** A notice stays until it is dismissed; one of a kind replaces its predecessor. */
function notify(text, kind = "") {
  const notice = element("div", "notice");
  notice.dataset.kind = kind;
  const close = element("button", "small", "Dismiss");
  close.type = "button";
  close.addEventListener("click", () => notice.remove());
  notice.append(foreign("p", "", text), close);
  if (kind) withdraw(kind);
  $("notices").append(notice);
}

function withdraw(kind) {
  $("notices").querySelector(`[data-kind="${kind}"]`)?.remove();
}

function trouble(unsaved, tries, error) {
  const kept = unsaved ? `${unsaved} not saved yet, trying again (${tries}).` : `Trying again (${tries}).`;
  let text = unsaved ? kept : `No connection. ${kept}`;
  if (error instanceof LoggedOut) text = `Session expired: open a new login link in another tab. ${kept}`;
  if (error instanceof Barred) text = `You may not work here for now: ${error.message}. ${kept}`;
  const old = $("notices").querySelector('[data-kind="trouble"] p');
  if (old) old.textContent = text;
  else notify(text, "trouble");
}

function count(more) {
  answered += more;
  sessionStorage.setItem(counter, answered);
  $("answered").textContent = answered;
  if (more) $("waiting").textContent = Math.max(0, Number($("waiting").textContent) - more);
}

const work = new Work(main.dataset.queue, leaseSeconds, {
  shown: show,
  resting: rest,
  troubled: trouble,
  level: () => withdraw("trouble"),
  saved: () => count(1),
  lost: (event, why) => notify(`${event}: ${why}`),
});

/** Takes the item off the screen for one action; null while there is none to act on. */
function act() {
  if (!shown || performance.now() - shownAt < SETTLE) return null;
  const held = shown;
  shown = null;
  return held;
}

function decide(place) {
  const held = place < (shown?.item.labels.length ?? 0) ? act() : null;
  if (held) {
    const seconds = Math.round((performance.now() - shownAt) / 100) / 10;
    work.decide(held.item.labels[place], seconds);
  }
}

function release() {
  if (act()) work.release();
}

function toggleHelp() {
  if ($("help").open) $("help").close();
  else $("help").showModal();
}

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
  if (key === "r") release();
  else if (key === "escape") $("notices").firstElementChild?.remove();
  else if (key.length === 1 && KEYS.includes(key)) decide(KEYS.indexOf(key));
}

async function paintDepth() {
  if (document.hidden) return;
  const depth = await work.depth().catch(() => null); // the next round will tell
  if (depth !== null) $("waiting").textContent = depth;
}

document.addEventListener("keydown", press);
$("release").addEventListener("click", release);
$("keys").addEventListener("click", toggleHelp);
document.addEventListener("visibilitychange", () => document.hidden || work.resume());
window.addEventListener("online", () => work.wake());
window.addEventListener("pagehide", () => work.leave());
window.addEventListener("pageshow", (event) => event.persisted && location.reload());
window.addEventListener("beforeunload", (event) => work.unsaved.length && event.preventDefault());
setInterval(paintHold, 1000);
setInterval(paintDepth, DEPTH_EVERY);
setInterval(() => document.hidden || work.beat(), (leaseSeconds * 1000) / 3);
count(0);
rest(null, null);
work.run();
