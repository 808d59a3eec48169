// The Pareto front and the places of its points, as harness/results/front.py and
// harness/report/pareto.py compute them for files.
const dominates = (one, other) =>
  one.every((value, place) => value <= other[place]) &&
  one.some((value, place) => value < other[place]);

const coordinates = (row, costs) => {
  const found = costs.map((cost) => row.costs[cost]);
  const known = row.status === "ok" && row.quality !== null;
  return known && found.every((value) => value !== undefined) ? [-row.quality, ...found] : null;
};

// The members of `rows` that no other beats in quality and in all `costs`.
const frontRows = (rows, costs) => {
  const placed = rows.map((row) => [row, coordinates(row, costs)]).filter(([, point]) => point);
  return new Set(
    placed
      .filter(([, point]) => !placed.some(([, other]) => dominates(other, point)))
      .map(([row]) => row),
  );
};

const qualitySpan = (qualities) => {
  const low = Math.min(...qualities);
  const high = Math.max(...qualities);
  const room = Math.max(high - low, 4);
  const middle = Math.min((low + high) / 2, 100 - room / 2);
  return [Math.min(low, middle - room / 2), Math.max(high, middle + room / 2) + 0.12 * room];
};

// Gives each record the pixels, dy, by which its label stands below its point, so that labels of
// the front do not overlap.
const placeLabels = (records) => {
  const ends = records.map((record) => record.x).filter((x) => x > 0);
  const width = Math.log(Math.max(...ends) / Math.min(...ends)) || 1;
  const taken = [];
  const byCost = [...records].sort((a, b) => b.front - a.front || a.x - b.x);
  for (const record of byCost) {
    const height = record.most - record.least;
    const levels = taken
      .filter((other) => record.x < other.x * Math.exp(0.3 * width) &&
        Math.abs(record.quality - other.quality) < 0.07 * height)
      .map((other) => other.level);
    let level = 0;
    while (levels.includes(level)) level += 1;
    record.level = level;
    record.dy = -9 - 11 * level;
    taken.push(record);
  }
};

// The records of one panel: points with their places, and budgets as lines.
const panelRecords = (rows, across, size, labelOf) => {
  const shown = rows.filter((row) => row.costs[across] > 0 && row.costs[size] !== undefined);
  const front = frontRows(rows, [across, size]);
  const [least, most] = qualitySpan(shown.map((row) => row.point.quality));
  const points = shown.map((row) => {
    const x = row.costs[across];
    const [low, high] = row.bands[across] ?? [x, x];
    return { ...row.point, x, low, high, size: row.costs[size], front: front.has(row), least, most,
      label: labelOf(row), place: row.place };
  });
  placeLabels(points);
  const defined = (values) => [...new Set(values)].filter((value) => value != null);
  return [
    ...points,
    ...defined(shown.map((row) => row.limits[across])).map((x) => ({ kind: "limit", x })),
    ...defined(shown.map((row) => row.floor)).map((floor) => (
      { kind: "floor", quality: 100 * floor })),
  ];
};
