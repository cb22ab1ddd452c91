import { execFileSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Runs npm in a folder and gives what it prints; throws with its output where it fails. */
export function npm(cwd: string, ...args: string[]): string {
  return execFileSync('npm', args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, CI: 'true', NG_CLI_ANALYTICS: 'false' },
  });
}

/** Builds the package and packs it into a folder, as for publishing. */
export function pack(folder: string): string {
  npm('.', 'run', 'build');
  const [packed] = JSON.parse(
    npm('.', 'pack', '--json', '--ignore-scripts', '--pack-destination', folder),
  ) as {
    filename: string;
  }[];
  return join(folder, packed?.filename ?? '');
}

/** A copy of a project, with its dependencies and the tarball, as a merchant would install it. */
export function install(source: string, folder: string, tarball: string): string {
  const place = join(folder, basename(source));
  cpSync(source, place, {
    recursive: true,
    filter: (path) =>
      !/node_modules|[\\/](?:dist|build|\.svelte-kit|\.angular|\.next|\.nuxt|\.output|\.astro)$/.test(path),
  });
  if (existsSync(join(place, 'package.json'))) {
    try {
      npm(place, 'ci', '--no-audit', '--no-fund');
    } catch {
      // A registry may hiccup; what is really missing is missing the second time, too.
      npm(place, 'ci', '--no-audit', '--no-fund');
    }
    npm(place, 'install', '--no-save', '--no-audit', '--no-fund', tarball);
  } else {
    execFileSync('tar', ['-xzf', tarball, '-C', place]);
    for (const name of ['iotpay-checkout.js', 'iotpay-checkout-extras.js'])
      cpSync(join(place, 'package/dist/cdn', name), join(place, name));
  }
  return place;
}
