// The data of the page, and small helpers to show it. Names are set as text, never as HTML.
const report = JSON.parse(document.getElementById("data").textContent);

const element = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

const bytesText = (size) => (size < 1024 ? `${size} B` : `${(size / 1024).toFixed(1)} KiB`);

const countText = (count) => count.toLocaleString("en");

const percentText = (part, whole) => `${((100 * part) / (whole || 1)).toFixed(1)} %`;

const table = (headers, lines) =>
  element(
    "table",
    {},
    element("thead", {}, element("tr", {}, ...headers.map((text) =>
      element("th", { scope: "col", textContent: text })))),
    element("tbody", {}, ...lines.map((line) =>
      element("tr", {}, ...line.map((text, place) =>
        element("td", { textContent: text, className: place && /^[\d.,]/.test(text) ? "n" : "" }))))),
  );

const folded = (title, content) =>
  element("details", {}, element("summary", { textContent: title }),
    element("div", { className: "wide scroll" }, content));

const swatch = (colour) => {
  const made = element("span", { className: "swatch" });
  made.style.background = colour;
  return made;
};

// Draws the chart `kind` over `records` into `place`; `label` says in words what it shows, `size`
// may give its height.
const draw = (place, kind, records, label, size = {}) => {
  const spec = { ...structuredClone(report.specs[kind]), ...size, datasets: { table: records } };
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", label);
  return vegaEmbed(place, spec, {
    mode: "vega-lite",
    actions: false,
    renderer: "svg",
    config: { ...report.config, aria: false },
    tooltip: { theme: "page" },
    logLevel: 1, // errors: a plot without budgets warns of an axis without lines
  });
};
