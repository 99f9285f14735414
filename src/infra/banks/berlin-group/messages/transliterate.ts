/**
 * From what people write to what every bank accepts: the guaranteed character set of the European credit transfer
 * (EPC217-08 "SEPA requirements for an extended character set", §2; the same set in the Romanian clearing), and its
 * rule on slashes: a text neither begins nor ends with `/` and holds no `//`.
 */

/** Letters that have no decomposition in Unicode, and the usual replacements of signs (EPC217-08 §6). */
const REPLACEMENTS: Readonly<Record<string, string>> = {
  ß: 'ss',
  ẞ: 'SS',
  æ: 'ae',
  Æ: 'AE',
  œ: 'oe',
  Œ: 'OE',
  ø: 'o',
  Ø: 'O',
  đ: 'd',
  Đ: 'D',
  ð: 'd',
  Ð: 'D',
  þ: 'th',
  Þ: 'TH',
  ł: 'l',
  Ł: 'L',
  ħ: 'h',
  Ħ: 'H',
  ı: 'i',
  ŋ: 'n',
  Ŋ: 'N',
  ĸ: 'k',
  ŧ: 't',
  Ŧ: 'T',
  ə: 'a',
  Ə: 'A',
  ƀ: 'b',
  ƶ: 'z',
  Ƶ: 'Z',
  '€': 'EUR',
  '£': 'GBP',
  $: 'USD',
  '&': '+',
  '@': '(at)',
  _: '-',
  '~': '-',
  '=': '-',
  '#': 'nr ',
  '%': ' la suta ',
  '"': "'",
  '`': "'",
  '´': "'",
  '‘': "'",
  '’': "'",
  '‚': "'",
  '‛': "'",
  '“': "'",
  '”': "'",
  '„': "'",
  '«': "'",
  '»': "'",
  '‹': "'",
  '›': "'",
  '‐': '-',
  '‑': '-',
  '‒': '-',
  '–': '-',
  '—': '-',
  '―': '-',
  '−': '-',
  '•': '-',
  '·': '.',
  '*': '.',
  '!': '.',
  '¡': '.',
  '¿': '?',
  ';': ',',
  '\\': '/',
  '|': '/',
  '⁄': '/',
  '[': '(',
  '{': '(',
  '<': '(',
  ']': ')',
  '}': ')',
  '>': ')',
  '×': 'x',
}

/**
 * The text for the bank: Romanian letters (comma and cedilla forms alike) and other Latin ones without their marks,
 * signs replaced by their like, everything else (emoji, other scripts) dropped; spaces collapsed; at most `max`
 * characters (creditor name 70, remittance 140). Empty when nothing remains.
 */
export function toBankText(text: string, max: number): string {
  const latin = replaceSigns(text)
    // Compatibility forms (full width, ligatures, №) first become plain letters; marks then stand alone and go.
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
  return replaceSigns(latin)
    .replace(/\s+/gu, ' ')
    .replace(/[^a-zA-Z0-9/\-?:().,'+ ]+/gu, '')
    .replace(/\/(?:\s*\/)+/g, '/')
    .replace(/^[\s/]+/, '')
    .replace(/ {2,}/g, ' ')
    .slice(0, max)
    .replace(/[\s/]+$/, '')
}

function replaceSigns(text: string): string {
  return text.replace(/[^a-zA-Z0-9 ]/gu, (sign) => REPLACEMENTS[sign] ?? sign)
}
