// The trade-off plots: filters, axes, a panel for each task, and its front as a table.
report.rows.forEach((row, place) => { row.place = place; });

const filters = document.getElementById("filters");
const panels = document.getElementById("panels");
const axisAt = Object.fromEntries(report.axes.map((axis, place) => [axis, place]));

const filtered = () => {
  const chosen = new FormData(filters);
  const boxes = new Set([...filters.querySelectorAll("[type=checkbox]")].map((box) => box.name));
  return report.rows.filter((row) =>
    row.point &&
    (!chosen.get("board") || row.cell[axisAt.board] === chosen.get("board")) &&
    [...boxes].every((axis) => chosen.getAll(axis).includes(row.cell[axisAt[axis]])));
};

// A label is the scheme, and of the other axes what differs between the shown rows.
const labeller = (rows) => {
  const axes = ["kernels", "optimize", "features", "board"].filter((axis) =>
    new Set(rows.map((row) => row.cell[axisAt[axis]])).size > 1);
  return (row) => [row.cell[axisAt.scheme], ...axes.map((axis) => row.cell[axisAt[axis]])]
    .join(", ");
};

const costOf = (key) => report.costs.find((cost) => cost.key === key);
const costText = (key, value) =>
  `${value >= 1000 ? countText(Math.round(value)) : Number(value.toPrecision(3))} ${costOf(key).unit}`.trim();

const panel = (title, metric, records, across, size) => {
  const plot = element("div", { className: "plot" });
  const points = records.filter((record) => record.kind === "point");
  const front = points.filter((record) => record.front).sort((a, b) => a.x - b.x);
  const models = new Set(points.map((record) => report.rows[record.place].cell[axisAt.model]));
  const named = (record) => (models.size > 1
    ? `${report.rows[record.place].cell[axisAt.model]}, ${record.label}` : record.label);
  const lines = front.map((record) => [named(record), `${record.quality.toFixed(2)} %`,
    costText(across, record.x), costText(size, record.size), record.tip_lost]);
  const headers = ["front", "quality", costOf(across).title, costOf(size).title, "lost"];
  const made = element("figure", { className: "panel" },
    element("figcaption", {}, title, " ", element("small", { textContent: metric })),
    plot,
    folded(`The front as a table (${front.length} of ${points.length})`, table(headers, lines)));
  made.dataset.front = JSON.stringify(front.map((record) => record.place));
  const label = `${title}: ${points.length} cells; on the front: ` +
    (front.map((record) => `${named(record)}, ${record.quality.toFixed(1)} % at ` +
      costText(across, record.x)).join("; ") || "none");
  return { made, plot, label };
};

const redraw = async () => {
  const chosen = new FormData(filters);
  const [across, size] = [chosen.get("across"), chosen.get("size")];
  const rows = filtered();
  const cost = costOf(across);
  const waiting = [];
  panels.replaceChildren();
  report.groups.forEach((title, group) => {
    const members = rows.filter((row) => row.group === group);
    const records = panelRecords(members, across, size, labeller(members));
    if (!records.length) return;
    const metric = `${members[0].point.tip_quality.split("% ")[1] || "quality"} in % against ` +
      `${cost.title}${cost.unit ? `, ${cost.unit}` : ""}`;
    const { made, plot, label } = panel(title, metric, records, across, size);
    panels.append(made);
    waiting.push(draw(plot, "pareto", records, label));
  });
  const drawn = panels.querySelectorAll(".plot").length;
  document.getElementById("shown").textContent =
    `${rows.length} cells in ${drawn} ${drawn === 1 ? "panel" : "panels"}`;
  await Promise.all(waiting);
  panels.dataset.drawn = String(Number(panels.dataset.drawn || 0) + 1);
};

filters.addEventListener("change", redraw);
filters.addEventListener("submit", (event) => event.preventDefault());
redraw();
