// Times in the reader's own zone and way of writing.

const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

for (const time of document.querySelectorAll("time[datetime]")) {
  time.textContent = full.format(new Date(time.dateTime));
}

// Forms that ask about days mean the reader's.
for (const input of document.querySelectorAll("input[name=zone]")) {
  input.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
}
