// One cell in detail: its memory maps, the cycles of its operators, its errors.
const picker = document.getElementById("picker");
const place = document.getElementById("cell");

const memorySection = (row, index, title, [used, limit], budget) => {
  const flat = report.maps[row.maps[index]];
  const records = [];
  const lines = [];
  const bytes = new Map();
  for (let at = 0; at < flat.length; at += 5) {
    const [part, size, name, full, source] = report.blocks[flat[at]];
    const [x, y, x2, y2] = flat.slice(at + 1, at + 5).map((step) => step / report.tileSteps);
    const { title: partTitle, colour } = report.parts[part];
    bytes.set(part, (bytes.get(part) ?? 0) + size);
    records.push({ x, x2, y, y2, colour, part: partTitle, name, size: bytesText(size),
      label: name.split("::").pop() || name, share: percentText(size, used), full: full || name,
      source });
    lines.push([name, bytesText(size), partTitle, full && full !== name ? full : source]);
  }
  const parts = [...bytes].map(([part, size]) => element("li", {}, swatch(report.parts[part].colour),
    ` ${report.parts[part].title} ${bytesText(size)}`));
  const plot = element("div", { className: "plot" });
  const says = `${title}: ${bytesText(used)}` + (limit
    ? ` of ${bytesText(limit)}, ${percentText(used, limit)}` : "") +
    (budget === undefined ? "" : `; budget ${bytesText(Math.round(budget * 1024))}`);
  const made = element("figure", {}, element("figcaption", { textContent: says }));
  if (limit) made.append(usageBar(used, limit, budget, says));
  made.append(element("ul", { className: "key" }, ...parts), plot,
    folded("As a table", table(["block", "size", "part", "symbol or source"], lines)));
  return { made, start: () => draw(plot, "memory", records, says) };
};

const usageBar = (used, limit, budget, says) => {
  const filled = element("span");
  filled.style.width = `${Math.min(100, (100 * used) / limit)}%`;
  const bar = element("span", { className: `bar large${used > limit ? " over" : ""}` }, filled);
  bar.setAttribute("role", "img");
  bar.setAttribute("aria-label", says);
  if (budget !== undefined) {
    const mark = element("i");
    mark.style.left = `${Math.min(100, (102400 * budget) / limit)}%`;
    bar.append(mark);
  }
  return bar;
};

const operatorSection = (row) => {
  const listed = row.operators ?? [];
  if (!listed.length) return null;
  const timed = listed.some((operator) => operator.length > 2);
  const whole = listed.reduce((sum, operator) => sum + (operator[3] ?? operator[1]), 0) || 1;
  const records = [];
  const lines = listed.map(([name, instructions, low, typical, high, causes], order) => {
    const cost = typical ?? instructions;
    const shared = { order, operator: report.names[name], instructions: countText(instructions),
      share: percentText(cost, whole), kind: "bar" };
    const cycles = causes ? `${countText(typical)} (${countText(low)} to ${countText(high)})` : "unknown";
    (causes ?? [cost]).forEach((value, stack) => records.push({ ...shared, value, stack, cycles,
      cause: report.causes[stack].title, colour: report.causes[stack].colour }));
    if (causes) records.push({ ...shared, kind: "band", low, high });
    return [shared.operator, shared.instructions, cycles, shared.share,
      ...(causes ?? []).map((value) => percentText(value, typical))];
  });
  const causes = timed ? report.causes : report.causes.slice(0, 1);
  const key = causes.map((cause) => element("li", {}, swatch(cause.colour), ` ${cause.title}`));
  const plot = element("div", { className: "plot" });
  const says = timed
    ? "Cycles of each operator by cause (estimate; the thin line is its band)"
    : "Instructions of each operator (no cycles are estimated)";
  const headers = ["operator", "instructions", "cycles", "share",
    ...(timed ? causes.map((cause) => cause.title) : [])];
  const made = element("figure", {}, element("figcaption", { textContent: says }),
    element("ul", { className: "key" }, ...key), plot, folded("As a table", table(headers, lines)));
  return { made, start: () => draw(plot, "operators", records, says,
    { height: 22 * listed.length }) };
};

const rocSection = (judgement) => {
  const plot = element("div", { className: "plot" });
  const says = "ROC curve: the device's outputs, and dashed the float model's; a dot is the " +
    "operating point";
  const points = judgement.roc.filter((record) => record.kind === "point");
  const lines = points.map((record) => [record.curve, percentText(record.far, 1),
    percentText(record.detected, 1), record.threshold === null ? "" : record.threshold.toPrecision(4)]);
  const made = element("figure", {}, element("figcaption", { textContent: says }), plot,
    table(["operating point of", "false accepts", "detected", "threshold"], lines));
  return { made, start: () => draw(plot, "roc", judgement.roc, says) };
};

const confusionSection = (judgement) => {
  const { confusion, classes } = judgement;
  const names = confusion.map((_, index) => String(classes[index] ?? index));
  const head = element("tr", {}, element("th", { scope: "col", textContent: "true \\ predicted" }),
    ...names.map((name) => element("th", { scope: "col", textContent: name })));
  const lines = confusion.map((counts, index) => {
    const sum = counts.reduce((one, other) => one + other, 0) || 1;
    return element("tr", {}, element("th", { scope: "row", textContent: names[index] }),
      ...counts.map((count) => {
        const box = element("td", { textContent: String(count) });
        const share = Math.round((60 * count) / sum);
        box.style.background = `color-mix(in srgb, var(--heat) ${share}%, transparent)`;
        return box;
      }));
  });
  const matrix = element("table", { className: "matrix" }, element("thead", {}, head),
    element("tbody", {}, ...lines));
  return { made: element("figure", {}, element("figcaption", {
    textContent: "Confusion matrix of the device's outputs, in samples" }),
  element("div", { className: "wide" }, matrix)) };
};

const showCell = async (row) => {
  document.getElementById("cell-name").textContent = `${row.cell.slice(0, 4).join(", ")}: ${row.status}`;
  const sections = [];
  const judgement = row.judgement === undefined ? null : report.judgements[row.judgement];
  const columns = element("div", { className: "columns" });
  if (row.maps) {
    sections.push(memorySection(row, 0, "Flash", row.flash, row.limits.flash));
    sections.push(memorySection(row, 1, "RAM", row.ram, row.limits.ram));
  }
  const operators = operatorSection(row);
  if (operators) sections.push(operators);
  if (judgement?.confusion) sections.push(confusionSection(judgement));
  if (judgement?.roc) sections.push(rocSection(judgement));
  columns.append(...sections.map((section) => section.made));
  place.replaceChildren();
  if (row.reason) place.append(element("p", { textContent: row.reason }));
  place.append(columns);
  await Promise.all(sections.map((section) => section.start?.()));
  place.dataset.row = String(row.place);
};

// After a change of one select: the row that agrees with it, and then with the others in order.
const pick = (changed) => {
  const wanted = [...picker.elements].filter((select) => select !== changed);
  const order = changed ? [changed, ...wanted] : wanted;
  let left = report.rows;
  for (const select of order) {
    const agreeing = left.filter((row) => row.cell[axisAt[select.name]] === select.value);
    if (agreeing.length) left = agreeing;
  }
  choose(left[0]);
};

const choose = (row) => {
  for (const select of picker.elements) select.value = row.cell[axisAt[select.name]];
  return showCell(row);
};

picker.addEventListener("change", (event) => pick(event.target));
picker.addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button.look");
  if (!button) return;
  choose(report.rows[Number(button.dataset.row)]);
  document.getElementById("inside").scrollIntoView();
  picker.elements[0].focus({ preventScroll: true });
});
choose(report.rows[report.first]);
