import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { withoutRule, type Mutation } from './mutations.js';

/**
 * The server's program as one file: it starts in a moment, and a rule can be switched off in it.
 * @param outfile - inside the project, since the drivers are found from there
 */
export async function bundleShop(outfile: string, mutation: Mutation | undefined): Promise<void> {
  let applied = false;
  const switchOff: Plugin = {
    name: 'switch-off',
    setup(builder) {
      if (!mutation) return;
      const path = resolve('src/server/checkout', mutation.file);
      builder.onLoad({ filter: /\.ts$/ }, async (args) => {
        if (args.path !== path) return undefined;
        const contents = withoutRule(await readFile(path, 'utf8'), mutation);
        applied = true;
        return { contents, loader: 'ts' };
      });
    },
  };
  await build({
    entryPoints: ['test/server/soak/shop.ts'],
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    outfile,
    logLevel: 'silent',
    plugins: [switchOff],
  });
  if (mutation && !applied) throw new Error(`Nothing imports ${mutation.file} any more.`);
}
