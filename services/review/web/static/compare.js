// Cases like the one on the screen that people have decided; asked for when somebody wants to compare.

import { call } from "./wire.js";

const $ = (id) => document.getElementById(id);

function line({ event_id, label, features, likeness, differs }) {
  const made = document.createElement("li");
  const said = document.createElement("strong");
  said.textContent = label;
  said.dir = "auto";
  const apart = differs.slice(0, 3).map((name) => `${name}: ${features[name] ?? "none"}`);
  const text = apart.length ? `differs in ${apart.join(", ")}` : "no difference";
  const rest = document.createElement("span");
  rest.dir = "auto";
  rest.textContent = ` · ${event_id} · ${Math.round(likeness * 100)} % alike; ${text}`;
  made.append(said, rest);
  return made;
}

/** Shows what was decided on the most similar events, or hides it again. */
export async function compare(held, stillShown) {
  const section = $("similar");
  if (!section.hidden) return (section.hidden = true);
  const answer = await call(`/v1/leases/${held.lease.id}/similar`).catch(() => null);
  if (!stillShown()) return;
  const list = document.createElement("ul");
  list.append(...(answer?.similar ?? []).map(line));
  section.querySelector("ul").replaceWith(list);
  const nothing = answer ? "Nothing like it was decided lately, or it is to be judged unaided." : "Not to be had just now.";
  section.querySelector("p").textContent = list.childElementCount ? "" : nothing;
  section.hidden = false;
}
