import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { build, type BuildOptions } from 'esbuild';

const FOLDER = 'test/bench';

/** The bench's own dependencies, from its own lock file; the root installs none of them. */
export function installPeers(): void {
  if (existsSync(`${FOLDER}/node_modules/.package-lock.json`)) return;
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: FOLDER,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** A module for the browser with all that it imports, as esbuild makes it for production. */
export async function bundle(contents: string, options: BuildOptions = {}): Promise<Uint8Array> {
  const result = await build({
    stdin: { contents, resolveDir: FOLDER },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
    ...options,
  });
  return result.outputFiles?.[0]?.contents ?? new Uint8Array();
}
