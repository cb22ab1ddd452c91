/** Whether a card number's last digit is the check digit that Luhn's formula gives. */
export function passesLuhn(number: string): boolean {
  if (!/^\d{12,19}$/.test(number)) return false;
  let sum = 0;
  for (let i = 0; i < number.length; i++) {
    const digit = Number(number[number.length - 1 - i]);
    sum += i % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
  }
  return sum % 10 === 0;
}

/** A card number as IOTPay shows it: `432567******2266`. */
export function maskNumber(number: string): string {
  return `${number.slice(0, 6)}******${number.slice(-4)}`;
}

/** Whether a number is UnionPay's, as far as the simulation goes. */
export function isUnionPay(number: string): boolean {
  return number.startsWith('62');
}

/** What the driver types besides a number, where it isn't told otherwise. */
export const FILLED_IN = { expiry: '12/34', cvv: '123', holder: 'Test Shopper', code: '123456' } as const;
