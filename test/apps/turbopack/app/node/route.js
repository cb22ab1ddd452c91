import { probeAll } from '../../entries/all.js';

export const dynamic = 'force-dynamic';

export const GET = async () => Response.json(await probeAll());
