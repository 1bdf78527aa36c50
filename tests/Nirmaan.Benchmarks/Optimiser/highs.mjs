// node highs.mjs <infra folder> <model.lp> <answer.json> <seconds>: solves an LP file with the npm package highs.
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [infra, model, answer, seconds] = process.argv.slice(2);
const highs = await createRequire(join(infra, "package.json"))("highs")();
const text = readFileSync(model, "utf8");
const [from, cpuFrom] = [performance.now(), process.cpuUsage()];
let solution;
try {
  solution = highs.solve(text, { time_limit: Number(seconds), output_flag: false });
} catch (error) {
  solution = { Status: String(error), Columns: {} };
}
const [elapsed, cpu] = [(performance.now() - from) / 1000, process.cpuUsage(cpuFrom)];
const columns = {};
for (const [name, column] of Object.entries(solution.Columns)) {
  if (column.Primal) columns[name] = column.Primal;
}
writeFileSync(answer, JSON.stringify({
  status: solution.Status,
  objective: Number.isFinite(solution.ObjectiveValue) ? solution.ObjectiveValue : null,
  seconds: elapsed,
  cpuSeconds: (cpu.user + cpu.system) / 1e6,
  peakMb: process.resourceUsage().maxRSS / 1024,
  columns,
}));
