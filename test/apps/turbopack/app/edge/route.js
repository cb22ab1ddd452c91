import { probeAll } from '../../entries/edge.js';

export const runtime = 'edge';

export const GET = async () => Response.json(await probeAll());
