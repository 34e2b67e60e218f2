// Before the first paint: the chosen theme; without a choice the system's.
(() => {
  const theme = localStorage.getItem("theme");
  if (theme === "tollgate" || theme === "tollgate-dark") document.documentElement.dataset.theme = theme;
})();
