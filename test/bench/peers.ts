import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { build, type BuildOptions } from 'esbuild';

const FOLDER = 'test/bench';

/** The bench's own dependencies, from its own lock file; the root installs none of them. */
export function installPeers(): void {
  const installed = `${FOLDER}/node_modules/.package-lock.json`;
  // A lock that has changed since is installed again.
  if (existsSync(installed) && statSync(installed).mtimeMs > statSync(`${FOLDER}/package-lock.json`).mtimeMs)
    return;
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: FOLDER,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** The same, with what is imported later in files of its own: names and texts. The first is `entry.js`. */
export async function modules(contents: string): Promise<Map<string, string>> {
  const { outputFiles = [] } = await build({
    ...forBrowsers(contents),
    splitting: true,
    outdir: 'out',
    entryNames: 'entry',
    write: false,
  });
  return new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
}

/** A module for the browser with all that it imports, as esbuild makes it for production. */
export async function bundle(contents: string, options: BuildOptions = {}): Promise<Uint8Array> {
  const result = await build({ ...forBrowsers(contents), write: false, ...options });
  return result.outputFiles?.[0]?.contents ?? new Uint8Array();
}

function forBrowsers(contents: string): BuildOptions {
  return {
    stdin: { contents, resolveDir: FOLDER },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  };
}
