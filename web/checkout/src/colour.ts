/**
 * The partner's colour made safe: whatever #rrggbb a partner chose, text on it and lines beside it stay readable
 * (WCAG 2.2, 1.4.3: 4.5:1 for text; 1.4.11: 3:1 for the outline of a control).
 */

type Rgb = readonly [number, number, number]

export const TEXT_CONTRAST = 4.5
export const OUTLINE_CONTRAST = 3

const WHITE = '#ffffff'
/** Softer than black on screens; still reaches what is asked, if need be by shifting the colour below it. */
const INK = '#0d1117'
/** Used when a profile holds something that is no colour. */
const FALLBACK = '#1f4e79'

/** The grounds of the page, as in tokens.css. */
export const GROUND = { light: '#ffffff', dark: '#181d23' } as const

export type Palette = {
  /** Ground of header and buttons, and the text on it. */
  readonly fill: string
  readonly ink: string
  /** The same under the pointer: further from its text, never nearer. */
  readonly fillHover: string
  /** Outline of a button, so that a white button is seen on a white page. */
  readonly edge: { readonly light: string; readonly dark: string }
  /** Links, focus rings, marks of choice. */
  readonly accent: { readonly light: string; readonly dark: string }
}

export function paletteOf(colour: string): Palette {
  const base = /^#[0-9a-f]{6}$/i.test(colour) ? colour.toLowerCase() : FALLBACK
  const ink = contrast(base, WHITE) >= TEXT_CONTRAST || contrast(base, WHITE) > contrast(base, INK) ? WHITE : INK
  const away = ink === WHITE ? '#000000' : WHITE
  const fill = shiftUntil(base, away, ink, TEXT_CONTRAST)
  return {
    fill,
    ink,
    fillHover: mix(fill, away, 0.12),
    edge: {
      light: shiftUntil(fill, '#000000', GROUND.light, OUTLINE_CONTRAST),
      dark: shiftUntil(fill, WHITE, GROUND.dark, OUTLINE_CONTRAST),
    },
    accent: {
      light: shiftUntil(base, '#000000', GROUND.light, TEXT_CONTRAST),
      dark: shiftUntil(base, WHITE, GROUND.dark, TEXT_CONTRAST),
    },
  }
}

/** WCAG contrast ratio, 1 to 21. */
export function contrast(one: string, other: string): number {
  const [a, b] = [luminance(one), luminance(other)]
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

function shiftUntil(colour: string, towards: string, against: string, wanted: number): string {
  for (let share = 0; share < 1; share += 0.02) {
    const shifted = mix(colour, towards, share)
    if (contrast(shifted, against) >= wanted) return shifted
  }
  return towards
}

function mix(colour: string, other: string, share: number): string {
  const [from, to] = [channels(colour), channels(other)]
  const mixed = from.map((value, index) => Math.round(value + ((to[index] ?? 0) - value) * share))
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`
}

function luminance(colour: string): number {
  const [red, green, blue] = channels(colour).map((value) => {
    const share = value / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function channels(colour: string): Rgb {
  const value = Number.parseInt(colour.slice(1), 16)
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255]
}
