import { BlockList, isIP } from 'node:net';

/** Addresses that IOTPay cannot reach: of this machine, of a private network, of nobody. */
const UNREACHABLE = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  UNREACHABLE.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of [
  ['::', 127],
  ['64:ff9b:1::', 48],
  ['2001:db8::', 32],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  UNREACHABLE.addSubnet(net, bits, 'ipv6');

/** Whether an IP address is one that cannot be reached from elsewhere. IPv4 written as IPv6 counts as what it is. */
export function isPrivate(address: string): boolean {
  return UNREACHABLE.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
