// Near-identical items, decided together and each recorded alone, with one undo for all.

import { compared, grouped } from "./alike.js";
import { Refused, call, farewell, newKey } from "./wire.js";

const MOST = 50;
const MOST_TOGETHER = 200; // more than that nobody looks through
const AGAIN = 2000; // ms before a call that failed is tried again

const $ = (id) => document.getElementById(id);
const main = $("bulk");
const queue = main.dataset.queue;
const beat = (Number(main.dataset.leaseSeconds) * 1000) / 3;
const buttons = [...$("labels").children];
const byKey = Object.fromEntries(buttons.map((b) => [b.getAttribute("aria-keyshortcuts"), b]));

let groups = []; // the first is shown
let past = []; // groups that were decided, newest last: { label, decided }
let shownAt = 0;
let busy = false;
let full = false; // the queue may hold more than was claimed
let reach = 0; // so many that wait were looked at

function element(name, text, dir = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (dir) made.dir = dir;
  return made;
}

function readable(value) {
  if (value === undefined || value === null) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function say(text) {
  $("said").textContent = text;
}

/** A call until it is answered: what may be cured by trying again is tried again. */
async function surely(path, body, key) {
  for (;;) {
    try {
      return await call(path, body, { key });
    } catch (error) {
      if (error instanceof Refused) throw error;
      say(`${error.message} Trying again.`);
      await new Promise((resolve) => setTimeout(resolve, AGAIN));
    }
  }
}

function likeliest({ prediction }) {
  const [first] = Object.entries(prediction ?? {}).sort((a, b) => b[1] - a[1]);
  return first ? `${first[0]} ${(first[1] * 100).toFixed(0)} %` : "hidden";
}

function row(claim, differing) {
  const values = { ...claim.item.features, ...claim.item.context };
  const line = document.createElement("tr");
  const box = document.createElement("input");
  Object.assign(box, { type: "checkbox", checked: true });
  box.setAttribute("aria-label", claim.item.event_id);
  box.addEventListener("change", paintCount);
  const cells = [likeliest(claim.item), ...differing.map((name) => readable(values[name]))];
  const head = element("th", claim.item.event_id, "auto");
  head.scope = "row";
  const first = document.createElement("td");
  first.append(box);
  line.append(first, head, ...cells.map((text) => element("td", text, "auto")));
  return line;
}

function paint() {
  const [group] = groups;
  $("work").hidden = !group;
  $("rest").hidden = Boolean(group);
  $("undo").disabled = past.length === 0;
  if (!group) return;
  const { common, differing } = compared(group);
  $("common").replaceChildren(
    ...Object.entries(common).map(([name, value]) => {
      const pair = document.createElement("div");
      if (readable(value).length > 48) pair.className = "long";
      pair.append(element("dt", name, "auto"), element("dd", readable(value), "auto"));
      return pair;
    }),
  );
  const heads = ["Chosen", "Event", "The model", ...differing].map((text) => element("th", text, "auto"));
  $("differing-head").replaceChildren(...heads);
  $("differing").replaceChildren(...group.map((claim) => row(claim, differing)));
  $("left").textContent = `group 1 of ${groups.length}`;
  shownAt = performance.now();
  paintCount();
}

function chosen() {
  const boxes = [...$("differing").querySelectorAll("input")];
  return groups[0].filter((_, place) => boxes[place].checked);
}

function paintCount() {
  $("count").textContent = `${chosen().length} of ${groups[0].length} alike`;
}

/** One thing at a time: what is under way is ended first. */
async function alone(act) {
  if (busy) return;
  busy = true;
  main.setAttribute("aria-busy", "true");
  try {
    await act();
  } finally {
    busy = false;
    main.removeAttribute("aria-busy");
    paint();
  }
}

async function look() {
  const { claims } = await surely(`/v1/queues/${queue}/claims`, { limit: MOST });
  const found = grouped(claims);
  [groups, full, reach] = [found.groups, claims.length === MOST, claims.length];
  const left = groups.length ? found.alone : await pairUp(found.alone);
  await gather();
  for (const { lease } of left) await surely(`/v1/leases/${lease.id}/release`, {});
  say(groups.length ? `${reach} looked at` : "");
  $("rest-detail").textContent = claims.length
    ? `Of the next ${reach} none is like another.`
    : "Nothing waits for you.";
}

/** More like one of some held items, from farther back in the queue than was looked at. */
async function alikeTo(claims) {
  const leases = claims.map(({ lease }) => lease.id);
  const found = await surely(`/v1/queues/${queue}/alike`, { leases, limit: MOST });
  reach = Math.max(reach, MOST + found.looked_at);
  return found;
}

/** As much more for the group shown as is good to look through. */
async function gather() {
  const [group] = groups;
  if (!group || group.gathered) return;
  group.gathered = true;
  for (let more = full; more && group.length < MOST_TOGETHER; ) {
    const { claims } = await alikeTo(group.slice(0, 1));
    group.push(...claims);
    more = claims.length === MOST;
  }
}

/** A group of what looked like no other, with what is like it farther back. */
async function pairUp(alone) {
  if (!full || alone.length === 0) return alone;
  const { like, claims } = await alikeTo(alone);
  const first = alone.find(({ lease }) => lease.id === like);
  if (!first || claims.length === 0) return alone;
  groups.push([first, ...claims]);
  return alone.filter((claim) => claim !== first);
}

async function decide(label) {
  const group = chosen();
  if (group.length === 0) return;
  const seconds = Math.round((performance.now() - shownAt) / 100 / group.length) / 10;
  const decided = [];
  const lost = [];
  for (const claim of group) {
    const path = `/v1/leases/${claim.lease.id}/decision`;
    const body = { label, seconds_spent: seconds };
    await surely(path, body, newKey()).then(
      () => decided.push(claim),
      (error) => lost.push(`${claim.item.event_id}: ${error.message}`),
    );
    say(`${decided.length} of ${group.length}`);
  }
  const rest = groups[0].filter((claim) => !group.includes(claim));
  groups[0] = Object.assign(rest, { gathered: groups[0].gathered });
  if (rest.length === 0) groups.shift();
  past.push({ label, decided });
  await gather();
  say([`${label}: ${decided.length} decided`, ...lost].join("; "));
}

async function undo() {
  const last = past.pop();
  if (!last) return;
  const back = [];
  const lost = [];
  for (const { item } of last.decided) {
    await surely(`/v1/items/${item.id}/undo`, {}, newKey()).then(
      (claim) => back.push(claim),
      (error) => lost.push(`${item.event_id}: ${error.message}`),
    );
    say(`${back.length} of ${last.decided.length}`);
  }
  if (back.length) groups.unshift(back);
  say([`${last.label}: ${back.length} taken back`, ...lost].join("; "));
}

async function leave() {
  for (const { lease } of groups.shift()) await surely(`/v1/leases/${lease.id}/release`, {});
  await gather();
}

function press(event) {
  const typing = event.target.closest?.("textarea, select");
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || typing) return;
  const key = event.key.toLowerCase();
  if (key === "u") alone(undo);
  else if (key === "r" && groups.length) alone(leave);
  else if (Object.hasOwn(byKey, key) && groups.length) alone(() => decide(byKey[key].dataset.label));
}

document.addEventListener("keydown", press);
for (const button of buttons) {
  button.addEventListener("click", () => alone(() => decide(button.dataset.label)));
}
$("undo").addEventListener("click", () => alone(undo));
$("release").addEventListener("click", () => alone(leave));
$("again").addEventListener("click", () => alone(look));
window.addEventListener("beforeunload", (event) => busy && event.preventDefault());
window.addEventListener("pagehide", () => {
  for (const { lease } of groups.flat()) farewell(`/v1/leases/${lease.id}/release`, {});
});
setInterval(() => {
  for (const { lease } of groups.flat()) call(`/v1/leases/${lease.id}/heartbeat`, {}).catch(() => {});
}, beat);
alone(look);
