// Which items are so alike that one look is enough for all of them.

const FIGURES = 2; // of a number that count

/** A value without what makes near-identical ones differ: capitals, digits, spaces, last figures. */
function essence(value) {
  if (typeof value === "number") return Number(value.toPrecision(FIGURES));
  if (typeof value !== "string") return value;
  return value.toLowerCase().replace(/\d+/g, "#").replace(/\s+/g, " ").trim();
}

function signature({ item }) {
  const names = Object.keys(item.features).sort();
  return JSON.stringify(names.map((name) => [name, essence(item.features[name])]));
}

/** Held items by likeness, the largest group first; and those that are like no other. */
export function grouped(claims) {
  const found = new Map();
  for (const claim of claims) {
    const same = signature(claim);
    found.set(same, [...(found.get(same) ?? []), claim]);
  }
  const all = [...found.values()];
  const groups = all.filter((group) => group.length > 1).sort((a, b) => b.length - a.length);
  return { groups, alone: all.filter((group) => group.length === 1).flat() };
}

/** What a group has in common, and the names of what differs. */
export function compared(group) {
  const [first, ...others] = group.map(({ item }) => ({ ...item.features, ...item.context }));
  const same = (name) => others.every((o) => JSON.stringify(o[name]) === JSON.stringify(first[name]));
  const names = [...new Set([first, ...others].flatMap(Object.keys))];
  const common = Object.fromEntries(names.filter(same).map((name) => [name, first[name]]));
  return { common, differing: names.filter((name) => !same(name)) };
}
