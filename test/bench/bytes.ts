import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { brotliCompressSync } from 'node:zlib';
import { CDN_FILE } from './site.js';

/** What the sources are for; the first that fits counts. What stands last is for the form, and cannot come later. */
const PURPOSES: readonly (readonly [purpose: string, sources: RegExp])[] = [
  ['lit', /node_modules/],
  ['asking for an order, and putting back a form that was taken away', /order-status|loss|tries|tree-watch/],
  ['refusals of the page’s policy, what the developer is told', /page-policy|developer|errors\.ts/],
  ['English texts, plain panels, the skeleton and its styles', /src\/ui\/(?:view|styles|fill|strings)/],
  ['place, focus, amounts, the frame’s options', /src\/ui\//],
  ['loading the second file', /extras-file/],
  ['IOTPay’s script', /checkout\/script\.ts/],
  [
    'the backend’s answer, and what an outcome means',
    /session|backend|outcome|redirect|started|src\/gateway/,
  ],
  ['attributes and request-data', /config|request-data/],
  ['the frame: mounting, moving, one live form', /form\.ts|mount-point|claims|nearby|page-shown/],
  ['the sequence of a checkout', /src\/checkout\//],
  ['the element', /./],
];

export interface Purpose {
  readonly purpose: string;
  readonly minified: number;
  readonly brotli: number;
}

/**
 * What every byte of the CDN file is for. Minified bytes are counted by the source map. Brotli: how much smaller the file
 * gets when these bytes are taken out of what is left of it, one purpose after the other; both columns add up to the file.
 */
export function purposes(): Purpose[] {
  const lines = readFileSync(CDN_FILE, 'utf8').split('\n');
  const map = new SourceMap(JSON.parse(readFileSync(`${CDN_FILE}.map`, 'utf8')) as SourceMapPayload);
  let left = lines.flatMap((line, row) => pieces(line, row, map));
  const brotli = () => brotliCompressSync(left.map(({ text }) => text).join('')).length;
  const rows: Purpose[] = [];
  for (const [purpose, sources] of PURPOSES) {
    const before = brotli();
    const taken = left.filter(({ source }) => sources.test(source));
    left = left.filter((piece) => !taken.includes(piece));
    const minified = taken.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
    rows.push({ purpose, minified, brotli: before - brotli() });
  }
  return rows;
}

interface Piece {
  readonly text: string;
  readonly source: string;
}

/** A line of the file, cut where another source begins. */
function pieces(line: string, row: number, map: SourceMap): Piece[] {
  const found: Piece[] = [];
  let start = 0;
  let source = '';
  for (let column = 0; column < line.length; column++) {
    const entry = map.findEntry(row, column);
    const from = 'originalSource' in entry ? entry.originalSource : '';
    if (from === source) continue;
    found.push({ text: line.slice(start, column), source });
    [start, source] = [column, from];
  }
  found.push({ text: `${line.slice(start)}\n`, source });
  return found.filter(({ text }) => text !== '');
}
