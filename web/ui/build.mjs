// Bundles src/main.js, src/theme.js and every src/style/*.css (but not _partials.css) into the jar's static/assets/,
// beside a copy of src/static/.
import { cp, readdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const out = here("../target/classes/static/assets");
const styles = (await readdir(here("src/style"))).filter((name) => name.endsWith(".css") && !name.startsWith("_"));

await rm(out, { recursive: true, force: true });
await build({
  absWorkingDir: here("."),
  entryPoints: ["src/main.js", "src/theme.js", ...styles.map((name) => `src/style/${name}`)],
  entryNames: "[name]",
  assetNames: "[name]",
  chunkNames: "chunk-[name]-[hash]",
  outdir: out,
  bundle: true,
  splitting: true, // what is loaded with import() becomes a file of its own
  format: "esm",
  target: "es2022",
  minify: true,
  loader: { ".woff2": "file", ".woff": "file", ".ttf": "file", ".eot": "file", ".svg": "file" },
  logLevel: "warning",
});
await cp(here("src/static"), out, { recursive: true });
