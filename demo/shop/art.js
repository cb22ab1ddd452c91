/** The shop's pictures, drawn: pots are turned from a profile as on a wheel. Every picture is 400 × 400. */

const GLAZE = {
  cobalt: '#2c4698',
  celadon: '#a9c6b4',
  honey: '#d8a03c',
  iron: '#7f3f2c',
  oat: '#f0e8da',
  fog: '#cdd6da',
  ink: '#25333f',
  blush: '#e3b7a4',
  moss: '#6f8356',
  clay: '#b98d6b',
};

/** Numbers that look random and are the same every time. @param {number} seed */
function dice(seed) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

const round = (/** @type {number} */ value) => Math.round(value * 10) / 10;

/**
 * A smooth line through points.
 * @param {readonly (readonly [number, number])[]} points
 */
function curve(points) {
  let path = '';
  for (let i = 0; i < points.length - 1; i++) {
    const before = points[Math.max(0, i - 1)] ?? [0, 0];
    const from = points[i] ?? [0, 0];
    const to = points[i + 1] ?? [0, 0];
    const after = points[Math.min(points.length - 1, i + 2)] ?? [0, 0];
    const one = [from[0] + (to[0] - before[0]) / 6, from[1] + (to[1] - before[1]) / 6];
    const two = [to[0] - (after[0] - from[0]) / 6, to[1] - (after[1] - from[1]) / 6];
    path += ` C ${[...one, ...two, ...to].map(round).join(' ')}`;
  }
  return path;
}

/**
 * @typedef {object} Pot
 * @property {readonly (readonly [number, number])[]} profile radius and height, from the rim down
 * @property {string} glaze
 * @property {string} [clay] what shows under the glaze
 * @property {number} [line] where the glaze ends; default: it covers all
 * @property {string} [band] a second glaze, below `bandFrom`
 * @property {number} [bandFrom]
 * @property {string} [inside]
 * @property {number} [at] the middle
 * @property {number} [flat] how flat the ellipses lie
 * @property {boolean} [speckled]
 * @property {boolean} [lid] no opening to see
 */

let serial = 0;

/** @param {Pot} pot */
function turn({
  profile,
  glaze,
  clay = GLAZE.clay,
  line,
  band,
  bandFrom = 0,
  inside,
  at = 200,
  flat = 0.13,
  speckled,
  lid,
}) {
  const id = `p${serial++}`;
  const [topRadius, top] = profile[0] ?? [0, 0];
  const [footRadius, foot] = profile.at(-1) ?? [0, 0];
  const left = profile.map(([radius, y]) => /** @type {[number, number]} */ ([at - radius, y]));
  const right = [...profile]
    .reverse()
    .map(([radius, y]) => /** @type {[number, number]} */ ([at + radius, y]));
  const widest = Math.max(...profile.map(([radius]) => radius));
  const body =
    `M ${at - topRadius} ${top}${curve(left)}` +
    ` A ${footRadius} ${round(footRadius * flat * 1.1)} 0 0 0 ${at + footRadius} ${foot}${curve(right)}` +
    ` A ${topRadius} ${round(topRadius * flat)} 0 0 1 ${at - topRadius} ${top} Z`;
  const random = dice(Math.round(top * 7 + widest * 13 + at));
  /** A glaze runs: it ends in a line that is never straight. @param {number} y */
  const run = (y) => {
    let path = `M ${at - widest - 10} ${y}`;
    const steps = 7;
    const step = (widest * 2 + 20) / steps;
    for (let i = 0; i < steps; i++) {
      const x = at - widest - 10 + i * step;
      const bow = Math.sin(((i + 0.5) / steps) * Math.PI) * widest * flat;
      path += ` Q ${round(x + step / 2)} ${round(y + bow + 4 + random() * 12)} ${round(x + step)} ${round(y + bow * 0.9 + random() * 5)}`;
    }
    return path;
  };
  const specks = speckled
    ? Array.from({ length: 46 }, () => {
        const x = at + (random() * 2 - 1) * widest;
        const y = top + random() * (foot - top);
        return `<ellipse cx="${round(x)}" cy="${round(y)}" rx="${round(0.7 + random() * 1.5)}" ry="${round(0.6 + random())}" fill="#3b2a1e" opacity="${round(0.25 + random() * 0.4)}"/>`;
      }).join('')
    : '';
  const rim = lid
    ? ''
    : `<ellipse cx="${at}" cy="${top}" rx="${topRadius}" ry="${round(topRadius * flat)}" fill="${glaze}"/>
       <ellipse cx="${at}" cy="${top}" rx="${topRadius}" ry="${round(topRadius * flat)}" fill="#fff" opacity=".28"/>
       <ellipse cx="${at}" cy="${top + 1.5}" rx="${round(topRadius * 0.93)}" ry="${round(topRadius * flat * 0.84)}" fill="${inside ?? glaze}"/>
       <ellipse cx="${at}" cy="${top + 1.5}" rx="${round(topRadius * 0.93)}" ry="${round(topRadius * flat * 0.84)}" fill="url(#${id}i)"/>`;
  return `<defs>
      <clipPath id="${id}c"><path d="${body}"/></clipPath>
      <linearGradient id="${id}s"><stop offset="0" stop-color="#000" stop-opacity=".16"/><stop offset=".14" stop-color="#fff" stop-opacity=".1"/><stop offset=".3" stop-color="#fff" stop-opacity=".22"/><stop offset=".5" stop-color="#fff" stop-opacity="0"/><stop offset="1" stop-color="#000" stop-opacity=".38"/></linearGradient>
      <linearGradient id="${id}i" x2="0" y2="1"><stop offset="0" stop-color="#000" stop-opacity=".42"/><stop offset="1" stop-color="#000" stop-opacity=".1"/></linearGradient>
    </defs>
    <g clip-path="url(#${id}c)">
      <rect x="${at - widest - 10}" y="${top - 40}" width="${widest * 2 + 20}" height="${foot - top + 90}" fill="${line ? clay : glaze}"/>
      ${band ? `<path d="${run(bandFrom)} V ${foot + 60} H ${at - widest - 10} Z" fill="${band}"/>` : ''}
      ${line ? `<path d="${run(line)} V ${top - 40} H ${at - widest - 10} Z" fill="${glaze}"/><path d="${run(line)}" fill="none" stroke="#000" stroke-opacity=".16" stroke-width="2.5"/>` : ''}
      ${specks}
      <rect x="${at - widest}" y="${top - 40}" width="${widest * 2}" height="${foot - top + 90}" fill="url(#${id}s)"/>
    </g>${rim}`;
}

/** @param {number} x @param {number} y @param {number} width */
const shadow = (x, y, width) =>
  `<ellipse cx="${x + 14}" cy="${y}" rx="${width}" ry="${round(width * 0.11)}" fill="#10191d" opacity=".17"/>`;

/** @param {string} d @param {string} color @param {number} width */
const handle = (d, color, width) =>
  `<path d="${d}" fill="none" stroke="${color}" stroke-width="${width}" stroke-linecap="round"/>
   <path d="${d}" fill="none" stroke="#000" stroke-opacity=".2" stroke-width="${width}" stroke-linecap="round"/>
   <path d="${d}" fill="none" stroke="${color}" stroke-width="${width * 0.62}" stroke-linecap="round" transform="translate(-1.5 -2)"/>`;

/** @param {number} x @param {number} y @param {number} angle @param {number} length @param {string} color */
const leaf = (x, y, angle, length, color) =>
  `<g transform="translate(${x} ${y}) rotate(${angle})"><path d="M0 0 C ${length * 0.34} ${-length * 0.25} ${length * 0.3} ${-length * 0.8} 0 ${-length} C ${-length * 0.3} ${-length * 0.8} ${-length * 0.34} ${-length * 0.25} 0 0" fill="${color}"/><path d="M0 0 V ${-length * 0.86}" stroke="#000" stroke-opacity=".16" stroke-width="1.6"/></g>`;

/** @type {Readonly<Record<string, () => string>>} */
const PIECES = {
  'tide-mug': () =>
    shadow(206, 322, 92) +
    handle('M 270 172 C 336 164 340 270 264 272', GLAZE.oat, 21) +
    turn({
      profile: [
        [80, 134],
        [83, 180],
        [83, 250],
        [77, 300],
        [64, 320],
      ],
      glaze: GLAZE.oat,
      band: GLAZE.cobalt,
      bandFrom: 232,
      inside: GLAZE.oat,
      speckled: true,
    }),
  'cove-bowl': () =>
    shadow(200, 316, 92) +
    turn({
      profile: [
        [136, 186],
        [130, 226],
        [104, 274],
        [62, 302],
        [52, 316],
      ],
      glaze: GLAZE.celadon,
      line: 286,
      clay: '#a8795a',
      inside: '#8fb3a0',
      flat: 0.2,
    }) +
    `<path d="M 92 186 C 120 202 280 202 308 186" fill="none" stroke="#fff" stroke-opacity=".35" stroke-width="3"/>`,
  'spruce-teapot': () =>
    shadow(205, 322, 122) +
    `<path d="M 292 262 C 330 250 332 204 358 176 L 376 186 C 362 214 356 276 300 296 Z" fill="#3d5c4b"/><path d="M 300 292 C 350 276 358 214 374 188 L 376 186 C 362 214 356 276 300 296 Z" fill="#000" opacity=".28"/><ellipse cx="367" cy="181" rx="11" ry="5" transform="rotate(28 367 181)" fill="#22362c"/>` +
    handle('M 112 196 C 96 84 304 84 288 196', '#8a5a3c', 13) +
    turn({
      profile: [
        [54, 178],
        [92, 194],
        [116, 230],
        [114, 272],
        [92, 306],
        [66, 320],
      ],
      glaze: '#48695a',
      line: 298,
      clay: '#8d5b40',
      lid: true,
    }) +
    `<ellipse cx="200" cy="180" rx="57" ry="10" fill="#2c4238"/>` +
    turn({
      profile: [
        [14, 154],
        [36, 162],
        [54, 178],
      ],
      glaze: '#4f7263',
      lid: true,
      flat: 0.16,
    }) +
    turn({
      profile: [
        [8, 132],
        [13, 141],
        [8, 154],
      ],
      glaze: '#8a5a3c',
      lid: true,
      flat: 0.3,
    }),
  'pebble-vase': () =>
    shadow(200, 338, 84) +
    `<g fill="none" stroke="#8b6f3f" stroke-width="2.6" stroke-linecap="round"><path d="M 196 150 C 190 110 168 80 150 40"/><path d="M 200 150 C 202 104 210 70 222 30"/><path d="M 204 150 C 212 120 240 96 262 78"/></g>` +
    [
      [150, 40],
      [158, 56],
      [146, 58],
      [222, 30],
      [214, 48],
      [228, 50],
      [262, 78],
      [250, 84],
      [262, 94],
      [170, 82],
      [212, 76],
      [236, 102],
    ]
      .map(
        ([x, y], i) =>
          `<ellipse cx="${x}" cy="${y}" rx="8.5" ry="6" transform="rotate(${i * 37} ${x} ${y})" fill="${i % 3 ? '#dcae55' : '#c58b35'}"/>`,
      )
      .join('') +
    turn({
      profile: [
        [27, 142],
        [22, 168],
        [46, 194],
        [86, 234],
        [98, 274],
        [86, 314],
        [62, 338],
      ],
      glaze: GLAZE.blush,
      band: '#9b4f3a',
      bandFrom: 286,
      inside: '#7d4a3a',
      speckled: true,
      flat: 0.2,
    }),
  'harbour-plate': () =>
    `<ellipse cx="212" cy="214" rx="142" ry="140" fill="#10191d" opacity=".16"/>
     <circle cx="200" cy="200" r="140" fill="#f3ede1"/><circle cx="200" cy="200" r="140" fill="none" stroke="#8a6a4d" stroke-width="3.5"/>
     <circle cx="200" cy="200" r="119" fill="none" stroke="${GLAZE.cobalt}" stroke-width="15" stroke-dasharray="64 5 40 3 80 6 52 4" opacity=".92"/>
     <circle cx="200" cy="200" r="104" fill="none" stroke="${GLAZE.cobalt}" stroke-width="2"/>
     <circle cx="200" cy="200" r="98" fill="#faf6ee"/><path d="M 102 200 a 98 98 0 0 1 98 -98 a 104 104 0 0 0 -98 98" fill="#000" opacity=".1"/>
     <g fill="none" stroke="${GLAZE.cobalt}" stroke-linecap="round" stroke-width="4"><path d="M 146 218 q 13 -12 27 0 t 27 0 t 27 0 t 27 0"/><path d="M 158 238 q 13 -12 27 0 t 27 0 t 27 0" opacity=".6"/></g>
     <path d="M 196 158 L 196 202 L 166 202 Z" fill="${GLAZE.cobalt}"/><path d="M 203 148 L 203 202 L 236 202 Z" fill="${GLAZE.cobalt}" opacity=".72"/>
     <path d="M 96 130 A 125 125 0 0 1 150 84" fill="none" stroke="#fff" stroke-width="9" stroke-linecap="round" opacity=".6"/>`,
  'fog-tumblers': () =>
    shadow(262, 296, 62) +
    turn({
      profile: [
        [60, 138],
        [60, 210],
        [55, 270],
        [46, 294],
      ],
      glaze: '#8fa3ad',
      line: 250,
      clay: '#6f4d3b',
      inside: '#6f838d',
      at: 262,
      flat: 0.17,
    }) +
    shadow(148, 330, 66) +
    turn({
      profile: [
        [63, 166],
        [63, 240],
        [58, 302],
        [48, 328],
      ],
      glaze: '#e9edec',
      line: 282,
      clay: '#6f4d3b',
      inside: '#c7d0d1',
      at: 148,
      flat: 0.17,
      speckled: true,
    }),
  'salt-cellar': () =>
    shadow(200, 322, 96) +
    turn({
      profile: [
        [84, 214],
        [90, 244],
        [88, 290],
        [72, 320],
      ],
      glaze: GLAZE.honey,
      line: 296,
      clay: '#7b4b33',
      lid: true,
    }) +
    `<ellipse cx="200" cy="212" rx="90" ry="14" fill="#6d4429"/><ellipse cx="200" cy="205" rx="90" ry="14" fill="#b98757"/><g fill="none" stroke="#8a5f38" stroke-opacity=".55" stroke-width="1.6"><ellipse cx="196" cy="205" rx="66" ry="9.5"/><ellipse cx="193" cy="205" rx="40" ry="5.5"/></g>` +
    turn({
      profile: [
        [17, 170],
        [21, 180],
        [13, 192],
        [15, 204],
      ],
      glaze: '#9a6a41',
      lid: true,
      flat: 0.35,
    }),
  'skerry-planter': () =>
    shadow(200, 336, 96) +
    [
      [-64, 96],
      [-40, 128],
      [-16, 150],
      [14, 146],
      [38, 130],
      [62, 98],
      [-82, 66],
      [82, 68],
    ]
      .map(([angle = 0, length = 0], i) =>
        leaf(200 + angle * 0.5, 206, angle, length, ['#5d7a4c', '#7a9560', '#4d6a45'][i % 3] ?? ''),
      )
      .join('') +
    turn({
      profile: [
        [88, 202],
        [86, 250],
        [76, 300],
        [68, 318],
      ],
      glaze: '#33424d',
      line: 262,
      clay: '#c3825c',
      inside: '#3b2a20',
      flat: 0.15,
    }) +
    turn({
      profile: [
        [94, 316],
        [90, 328],
        [84, 336],
      ],
      glaze: '#c3825c',
      inside: '#a56a49',
      lid: true,
      flat: 0.1,
    }),
};

/** @param {string} slug @param {number} x @param {number} y @param {number} scale */
const place = (slug, x, y, scale) =>
  `<g transform="translate(${x} ${y}) scale(${scale})">${PIECES[slug]?.() ?? ''}</g>`;

/** A shelf by a window over the bay; the dark one has the moon in it. */
function shelf() {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 560" preserveAspectRatio="xMidYMax slice">
    <defs><linearGradient id="sky" x2="0" y2="1"><stop offset="0" stop-color="#b9cfdc"/><stop offset=".75" stop-color="#f3dfc6"/></linearGradient>
    <linearGradient id="wall" x2="1" y2="1"><stop offset="0" stop-color="#e9ddc9"/><stop offset="1" stop-color="#d9c6a9"/></linearGradient></defs>
    <rect width="720" height="560" fill="url(#wall)"/>
    <g><rect x="384" y="0" width="270" height="306" fill="#fbf8f1"/><rect x="398" y="0" width="242" height="292" fill="url(#sky)"/>
    <circle cx="572" cy="116" r="31" fill="#fbeed2"/>
    <path d="M 398 208 C 440 190 470 198 506 186 C 548 172 590 190 640 176 V 292 H 398 Z" fill="#6f8796"/>
    <path d="M 398 226 H 640 V 292 H 398 Z" fill="#87a6b5"/>
    <g stroke="#e9f1f3" stroke-width="3" stroke-linecap="round" opacity=".75"><path d="M 420 244 h 46 M 500 238 h 70 M 590 252 h 34 M 446 264 h 74 M 556 272 h 58"/></g>
    <rect x="513" y="0" width="12" height="292" fill="#fbf8f1"/><rect x="370" y="292" width="298" height="20" rx="2" fill="#efe6d6"/><rect x="370" y="308" width="298" height="6" fill="#000" opacity=".1"/></g>
    <g transform="translate(0 4)"><rect y="486" width="720" height="22" fill="#a3764c"/><rect y="486" width="720" height="5" fill="#c2946a"/><rect y="508" width="720" height="60" fill="#000" opacity=".13"/></g>
    ${place('harbour-plate', 186, 22, 0.46)}
    ${place('pebble-vase', -18, 172, 0.94)}
    ${place('spruce-teapot', 206, 214, 0.86)}
    ${place('tide-mug', 462, 290, 0.63)}
    ${place('salt-cellar', 372, 308, 0.57)}
  </svg>`;
}

/** A pot between two lines of water. */
const MARK = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#2c4698"/><path d="M11 7.5h10M12 7.5c0 3.5-4.5 5.5-4.5 10.5 0 3 1.5 5 3 6.5h11c1.5-1.5 3-3.5 3-6.5 0-5-4.5-7-4.5-10.5" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/><path d="M8 18.5q2-1.800 4 0t4 0 4 0 4 0" fill="none" stroke="#f0c368" stroke-width="2" stroke-linecap="round"/></svg>`;

/** Small signs, used as masks and in form fields. */
const line = (/** @type {string} */ d, size = 24) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}"><path d="${d}" fill="none" stroke="#7b898d" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"/></svg>`;

/** @type {Readonly<Record<string, string>>} */
const SIGNS = {
  mark: MARK,
  check: line('M4 12.5 9.5 18 20 6.5'),
  cross: line('M5.5 5.5 18.5 18.5M18.5 5.5 5.5 18.5'),
  clock: line('M12 6v6.5l4 2.5'),
  chevron: line('M5 9l7 7 7-7'),
  lock: line('M5 11h14v10H5zM8 11V7.5a4 4 0 0 1 8 0V11'),
};

/** @type {Map<string, string>} */
const drawn = new Map();

/**
 * @param {string} name a product's slug, `shelf`, or a small sign
 * @returns {string | undefined} SVG
 */
export function artwork(name) {
  const known = drawn.get(name);
  if (known) return known;
  const piece = Object.hasOwn(PIECES, name) ? PIECES[name] : undefined;
  serial = 0;
  const svg = Object.hasOwn(SIGNS, name)
    ? SIGNS[name]
    : name === 'shelf'
      ? shelf()
      : piece && `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400">${piece()}</svg>`;
  if (svg) drawn.set(name, svg);
  return svg;
}
