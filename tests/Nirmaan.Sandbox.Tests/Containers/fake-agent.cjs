// Stands for the agent in tests of real containers: answers /, /status and /logs on AGENT_PORT, tells what it found, and runs the template's command.
const fs = require("node:fs");
const { execFileSync, spawn } = require("node:child_process");
const template = JSON.parse(process.env.AGENT_TEMPLATE);
const gpu = execFileSync("nvidia-smi", ["--query-gpu=index,name,memory.total", "--format=csv,noheader,nounits"], { encoding: "utf8" }).trim();
const miner = spawn(template.command[0], template.command.slice(1), { stdio: "inherit" });
fs.writeFileSync("told.json", JSON.stringify({ pid: process.pid, miner: miner.pid, gpu, command: template.command, env: Object.keys(process.env).sort(), state: process.env.AGENT_STATE_DIR }));
process.on("SIGTERM", () => { fs.writeFileSync("stopped", "gently"); miner.kill(); process.exit(0); });
const answers = (q) => q.url === "/status" ? JSON.stringify({ state: "working", jobsDone: 3 }) : q.url.startsWith("/logs") ? `2026-11-15T08:00:00.000Z stdout asked ${q.url} by ${q.headers.authorization}\n` : "ok";
require("node:http").createServer((q, a) => { if (q.url.startsWith("/logs")) { a.setHeader("content-type", "text/plain; charset=utf-8"); } a.end(answers(q)); }).listen(Number(process.env.AGENT_PORT), "127.0.0.1");
