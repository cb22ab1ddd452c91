'use client';

import { useEffect, useState } from 'react';
import { probeAll } from '../entries/all.js';

/** A client component: rendered on the server too, so that every entry is loaded there before it is in the browser. */
export default function Page() {
  const [said, say] = useState();
  useEffect(() => void probeAll().then(say), []);
  return said && <pre id="said">{JSON.stringify(said)}</pre>;
}
