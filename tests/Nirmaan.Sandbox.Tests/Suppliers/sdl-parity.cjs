// Reads a JSON list of SDL texts from stdin; prints for each what the official validator makes of it.
const path = require("node:path");
const { createRequire } = require("node:module");
const load = createRequire(path.join(process.argv[2], "package.json"));
const { generateManifest, generateManifestVersion, manifestToSortedJSON } = load("@akashnetwork/chain-sdk");
const yaml = load("js-yaml");

(async () => {
  const texts = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
  const answers = [];
  for (const text of texts) {
    try {
      const result = generateManifest(yaml.load(text));
      answers.push(result.ok
        ? { verdict: "ok", manifest: manifestToSortedJSON(result.value.groups), hash: Buffer.from(await generateManifestVersion(result.value.groups)).toString("base64") }
        : { verdict: "refused", why: result.value.map((e) => e.message).join("; ") });
    } catch (e) {
      answers.push({ verdict: "crashed", why: String(e) });
    }
  }
  console.log(JSON.stringify(answers));
})();
