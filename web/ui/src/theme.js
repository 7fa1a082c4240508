// Runs before the first paint, so that a chosen theme does not flash. A classic script on purpose.
document.documentElement.classList.add("js");
try {
  const chosen = localStorage.getItem("tocsin.theme");
  if (chosen === "light" || chosen === "dark") {
    document.documentElement.dataset.theme = chosen;
  }
} catch {
  // storage may be forbidden; the system's choice is fine then
}
