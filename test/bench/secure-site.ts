import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { tmpdir } from 'node:os';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { pause } from './site.js';

/** What an address answers with. */
export interface Answer {
  readonly type: string;
  readonly body: string | Uint8Array;
  /** Milliseconds after which it answers. */
  readonly afterMs?: number;
}

let made: { key: string; cert: string } | undefined;

/** A certificate of this run's own. */
function certificate(): { key: string; cert: string } {
  if (made) return made;
  const folder = mkdtempSync(join(tmpdir(), 'iotpay-bench-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const what =
    'req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 2 -subj /CN=127.0.0.1';
  execFileSync('openssl', [...what.split(' '), '-keyout', key, '-out', cert], { stdio: 'ignore' });
  made = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  rmSync(folder, { recursive: true });
  return made;
}

/** Serves over HTTP/2 and TLS, compressed with brotli, from a loopback port of its own. */
export async function serveSecurely(
  answer: (path: string) => Answer | undefined,
): Promise<{ port: number; close: () => void }> {
  const compressed = new Map<string | Uint8Array, Buffer>();
  const server = createSecureServer(certificate(), (request, response) => {
    void (async () => {
      const found = answer(request.url);
      if (!found) return response.writeHead(404).end();
      const { type, body, afterMs = 0 } = found;
      // Compressed once, as a host does.
      const bytes = compressed.get(body) ?? brotliCompressSync(body);
      compressed.set(body, bytes);
      await pause(afterMs);
      response.writeHead(200, {
        'Content-Type': type,
        'Content-Encoding': 'br',
        'Content-Length': bytes.length,
        'Cache-Control': 'no-store',
        'Access-Control-Allow-Origin': '*',
      });
      return response.end(bytes);
    })();
  });
  const sessions = new Set<{ destroy: () => void }>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      for (const session of sessions) session.destroy();
    },
  };
}
