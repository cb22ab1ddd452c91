// Opens a module of the package, as it is or bundled, in Node: `node open.mjs NAME`.
import { probe } from './probe.mjs';

const [, , name] = process.argv;
const module = await import(name, /json$/.test(name) ? { with: { type: 'json' } } : {});
console.log(JSON.stringify(await probe(module)));
