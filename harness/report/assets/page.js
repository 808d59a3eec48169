// The page around the plots: light or dark, links into closed cards, printing.
const root = document.documentElement;
const themeButton = document.getElementById("theme");
const systemDark = window.matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (root.dataset.theme ?? (systemDark.matches ? "dark" : "light")) === "dark";

const nameTheme = () => {
  themeButton.textContent = isDark() ? "Light" : "Dark";
  themeButton.setAttribute("aria-label", `Switch to ${isDark() ? "light" : "dark"} colours`);
};

themeButton.addEventListener("click", () => {
  root.dataset.theme = isDark() ? "light" : "dark";
  nameTheme();
});
systemDark.addEventListener("change", nameTheme);
nameTheme();

const cards = [...document.querySelectorAll("details.card")];

const openTarget = () => {
  const target = location.hash ? document.getElementById(location.hash.slice(1)) : null;
  const card = target?.closest("details");
  if (!card) return;
  card.open = true;
  target.scrollIntoView({ block: target === card ? "start" : "center" });
};
window.addEventListener("hashchange", openTarget);
openTarget();

const openAll = document.getElementById("open-all");
openAll.addEventListener("click", () => {
  const open = openAll.textContent === "Open all";
  for (const card of cards) card.open = open;
  openAll.textContent = open ? "Close all" : "Open all";
});

let closed = [];
window.addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details.card:not([open]), #unmeasured details:not([open])")];
  for (const card of closed) card.open = true;
});
window.addEventListener("afterprint", () => {
  for (const card of closed) card.open = false;
});
