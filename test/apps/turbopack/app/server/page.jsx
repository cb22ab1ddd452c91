import { probeAll } from '../../entries/all.js';

export const dynamic = 'force-dynamic';

export default async function Page() {
  return <pre id="said">{JSON.stringify(await probeAll())}</pre>;
}
