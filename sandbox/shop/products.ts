/** What the flower shop sells. Prices are the shop's own: a browser sends names and counts, never an amount. */
import { type Markup, raw } from '../process/markup.ts'

export type Product = {
  readonly id: string
  readonly name: string
  readonly about: string
  readonly price_minor: number
  readonly picture: Markup
}

export const PRODUCTS: readonly Product[] = [
  product(
    'lalele',
    'Buchet de lalele',
    '15 lalele de primăvară, culori amestecate',
    8990,
    bouquet(['#e4576d', '#f2b33d', '#e98aa6', '#f7d774', '#c94f7c'], tulip),
  ),
  product(
    'trandafiri',
    'Trandafiri roșii',
    '11 trandafiri cu tijă lungă',
    14900,
    bouquet(['#b3202e', '#c92a3a', '#a51826', '#d13a48', '#b82434'], rose),
  ),
  product(
    'bujori',
    'Bujori roz',
    '7 bujori, abia deschiși',
    18950,
    bouquet(['#f3a6bd', '#ee8fae', '#f7c3d2', '#f0b0c4', '#e97fa3'], rose),
  ),
  product(
    'floarea-soarelui',
    'Floarea-soarelui',
    '5 flori mari și verdeață',
    7500,
    bouquet(['#f4b400', '#f2a900', '#f7c331', '#efa00b', '#f6ba1c'], daisy('#5a3a1a')),
  ),
  product(
    'margarete',
    'Margarete de câmp',
    'un braț de margarete albe',
    5950,
    bouquet(['#fdfdf8', '#f6f5ec', '#ffffff', '#faf8ef', '#f3f1e4'], daisy('#e8b10e')),
  ),
  product(
    'lavanda',
    'Lavandă uscată',
    'miroase până la anul',
    3990,
    bouquet(['#7d68b5', '#8f7bc4', '#6f5aa8', '#9a88cc', '#7a66b0'], lavender),
  ),
  product(
    'hortensii',
    'Hortensii albastre',
    '3 hortensii în ambalaj de hârtie',
    16475,
    bouquet(['#6f9fd8', '#87b0e2', '#5c8fcc', '#9cbfe8', '#78a5dc'], hydrangea),
  ),
  product(
    'crizanteme',
    'Crizanteme galbene',
    'buchet rotund de toamnă',
    6450,
    bouquet(['#e9c46a', '#f1d37e', '#dfb552', '#f4dc94', '#e5bd5e'], daisy('#c98f1d')),
  ),
]

const BY_ID = new Map(PRODUCTS.map((each) => [each.id, each]))

export function productById(id: string): Product | undefined {
  return BY_ID.get(id)
}

function product(id: string, name: string, about: string, price_minor: number, picture: Markup): Product {
  return { id, name, about, price_minor, picture }
}

type Bloom = (x: number, y: number, colour: string) => string

// Five stems gathered below the middle, a flower on each, a paper wrap in front.
function bouquet(colours: readonly string[], bloom: Bloom): Markup {
  const places: readonly (readonly [number, number])[] = [
    [62, 76],
    [138, 76],
    [100, 50],
    [78, 104],
    [122, 104],
  ]
  const stems = places.map(
    ([x, y]) => `<path d="M${x} ${y}Q${x} 150 100 190" fill="none" stroke="#5f8a4f" stroke-width="4"/>`,
  )
  const leaves = '<path d="M52 132q-26-6-30-30q26 2 36 24zM148 132q26-6 30-30q-26 2-36 24z" fill="#7fa868"/>'
  const blooms = places.map(([x, y], index) => bloom(x, y, colours[index] ?? '#e4576d'))
  const wrap =
    '<path d="M58 146L100 232L142 146Q100 168 58 146Z" fill="#e9dcc6"/><path d="M58 146L100 232L92 158Q74 156 58 146Z" fill="#dccbae"/>' +
    '<path d="M84 190q16 8 32 0l-3 9q-13 6-26 0z" fill="#b4566a"/>'
  return raw(
    `<svg viewBox="0 0 200 240" aria-hidden="true" focusable="false">${stems.join('')}${leaves}${blooms.join('')}${wrap}</svg>`,
  )
}

function tulip(x: number, y: number, colour: string): string {
  return `<path d="M${x - 19} ${y - 22}q9 9 9 9l10-15l10 15q0 0 9-9q7 42-19 46q-26-4-19-46z" fill="${colour}"/><path d="M${x} ${y - 28}l10 15q-3 24-10 36q-7-12-10-36z" fill="#fff" opacity=".22"/>`
}

function rose(x: number, y: number, colour: string): string {
  const petals = [0, 72, 144, 216, 288].map(
    (turn) =>
      `<ellipse cx="${x}" cy="${y - 13}" rx="16" ry="13" fill="${colour}" transform="rotate(${turn} ${x} ${y})"/>`,
  )
  return `${petals.join('')}<circle cx="${x}" cy="${y}" r="14" fill="${colour}"/><path d="M${x - 8} ${y + 2}q2-12 10-9q8 4 1 10q-6 3-7-3" fill="none" stroke="#fff" stroke-width="2.5" stroke-linecap="round" opacity=".55"/>`
}

function daisy(heart: string): Bloom {
  return (x, y, colour) => {
    const petals = Array.from(
      { length: 12 },
      (_, n) =>
        `<ellipse cx="${x}" cy="${y - 18}" rx="6" ry="13" fill="${colour}" stroke="#00000014" transform="rotate(${n * 30} ${x} ${y})"/>`,
    )
    return `${petals.join('')}<circle cx="${x}" cy="${y}" r="10" fill="${heart}"/>`
  }
}

function lavender(x: number, y: number, colour: string): string {
  return Array.from(
    { length: 6 },
    (_, n) =>
      `<ellipse cx="${x - 6}" cy="${y - 30 + n * 10}" rx="7" ry="5" fill="${colour}" transform="rotate(24 ${x} ${y - 30 + n * 10})"/><ellipse cx="${x + 6}" cy="${y - 26 + n * 10}" rx="7" ry="5" fill="${colour}" transform="rotate(-24 ${x} ${y - 26 + n * 10})"/>`,
  ).join('')
}

function hydrangea(x: number, y: number, colour: string): string {
  const spots: readonly (readonly [number, number])[] = [
    [0, 0],
    [-15, -5],
    [15, -5],
    [-8, 13],
    [9, 13],
    [-7, -17],
    [8, -17],
    [-20, 9],
    [20, 9],
  ]
  return spots
    .map(
      ([dx, dy]) =>
        `<g fill="${colour}"><circle cx="${x + dx - 4}" cy="${y + dy}" r="6"/><circle cx="${x + dx + 4}" cy="${y + dy}" r="6"/><circle cx="${x + dx}" cy="${y + dy - 4}" r="6"/><circle cx="${x + dx}" cy="${y + dy + 4}" r="6"/></g><circle cx="${x + dx}" cy="${y + dy}" r="2.2" fill="#fff" opacity=".8"/>`,
    )
    .join('')
}
