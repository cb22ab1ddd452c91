import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { bundle, installPeers } from './peers.js';
import { CDN_FILE } from './site.js';

const PEERS = [
  '@stripe/stripe-js',
  '@google-pay/button-element',
  '@paypal/paypal-js/sdk-v6',
  '@hcaptcha/loader',
  '@googlemaps/js-api-loader',
  '@power-elements/stripe-elements',
  'lit',
];

export interface Size {
  readonly name: string;
  readonly minified: number;
  readonly gzip: number;
  readonly brotli: number;
}

const measure = (name: string, file: Uint8Array): Size => ({
  name,
  minified: file.length,
  gzip: gzipSync(file, { level: 9 }).length,
  brotli: brotliCompressSync(file).length,
});

/** Sizes in bytes: ours, and our peers' built the same way. */
export async function sizes(): Promise<Size[]> {
  installPeers();
  const ours = `export * from ${JSON.stringify(resolve('dist/index.js'))};`;
  const rows = [
    measure('iotpay-checkout, the CDN file (lit inside)', readFileSync(CDN_FILE)),
    measure('iotpay-checkout, lit inside', await bundle(ours)),
    measure('iotpay-checkout, our own share', await bundle(ours, { external: ['lit'] })),
  ];
  // Named and for its side effects: nothing of it is shaken away.
  for (const peer of PEERS) {
    rows.push(measure(peer, await bundle(`import '${peer}'; export * from '${peer}';`)));
  }
  return rows;
}
