/**
 * Whether the colours at an element are really dark: what the page declares with `color-scheme`, together with what the
 * visitor prefers. Asked of an element whose unused `column-rule-color` is `light-dark(#fff, #000)`.
 */
export function isDark(probe: Element): boolean {
  return getComputedStyle(probe).columnRuleColor === 'rgb(0, 0, 0)';
}
