// Keeps "3 min ago" true, and tells the exact time in the viewer's zone. Says it as tocsin.web.page.Show does.
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
let ticking;

function duration(millis) {
  const seconds = Math.floor(millis / 1000);
  if (seconds < 1) return `${Math.max(0, Math.round(millis))} ms`;
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return two(hours, "h", minutes % 60, "min");
  return two(Math.floor(hours / 24), "d", hours % 24, "h");
}

function two(large, largeUnit, small, smallUnit) {
  return small === 0 || large >= 10 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

function words(age, since) {
  if (since) return age < 0 ? "0 s" : duration(age);
  if (Math.abs(age) < 2000) return "just now";
  return age < 0 ? `in ${duration(-age)}` : `${duration(age)} ago`;
}

export function times() {
  for (const time of document.querySelectorAll("time[data-age]")) {
    const at = new Date(time.dateTime);
    const text = words(Date.now() - at, time.dataset.age === "since");
    if (time.textContent !== text) time.textContent = text;
    const title = exact.format(at);
    if (time.title !== title) time.title = title;
  }
  ticking ??= setInterval(times, 1000);
}
