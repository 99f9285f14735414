/**
 * Partners' logos: a data: URI of a PNG or an SVG, shown as an image on the hosted page. An SVG is a program in disguise;
 * shown as an image browsers run none of it, and what could ever run or fetch is refused here nevertheless.
 */
import { PunteError } from '../errors.ts'

/** Of the data: URI; the column's own limit. */
const MAX_LENGTH = 131_072
const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')

/** The logo of a file's bytes. @throws PunteError FIELD_INVALID */
export function logoFromFile(bytes: Buffer): string {
  const type = bytes.subarray(0, 8).equals(PNG_SIGNATURE) ? 'image/png' : 'image/svg+xml'
  return checkLogo(`data:${type};base64,${bytes.toString('base64')}`)
}

/** @returns the logo as it is stored @throws PunteError FIELD_INVALID */
export function checkLogo(uri: string): string {
  const match = /^data:(image\/png|image\/svg\+xml);base64,([A-Za-z0-9+/]+={0,2})$/.exec(uri)
  if (match === null) throw invalid('must be a base64 data: URI of a PNG or an SVG')
  if (uri.length > MAX_LENGTH) throw invalid(`must be shorter than ${MAX_LENGTH / 1024} kB as a data: URI`)
  const bytes = Buffer.from(match[2] ?? '', 'base64')
  if (match[1] === 'image/png') {
    if (!bytes.subarray(0, 8).equals(PNG_SIGNATURE)) throw invalid('is not a PNG')
  } else checkSvg(bytes.toString('utf8'))
  return uri
}

const FORBIDDEN: readonly (readonly [RegExp, string])[] = [
  [/<!(?!--)|<\?(?!xml\s)/i, 'a document type, entity or processing instruction'],
  [
    /<\s*(?:[\w-]+:)?(?:script|foreignObject|iframe|object|embed|audio|video|handler|listener|set|animate\w*)\b/i,
    'a script, foreign object, media or animation',
  ],
  [/[\s"'/]on[a-z]+\s*=/i, 'an event handler'],
  [/\b(?:java|vb)script\s*:/i, 'a script address'],
  [/@import|\\/i, 'an import or escape in a style'],
  // Only references inside the picture: href="#a", url(#a). Data images inside would be pictures unseen by this check.
  [/\bhref\s*=\s*(?!["']#)/i, 'a reference to elsewhere'],
  [/\burl\s*\(\s*(?!["']?\s*#)/i, 'a reference to elsewhere'],
  [/\bsrc\s*=/i, 'a source'],
]

function checkSvg(text: string): void {
  const picture = text.replace(/^\uFEFF/, '').trim()
  if (!/^(?:<\?xml\s[^>]*\?>\s*)?(?:<!--[\s\S]*?-->\s*)*<svg[\s>]/.test(picture) || !picture.endsWith('</svg>'))
    throw invalid('is neither a PNG nor an SVG')
  for (const [pattern, what] of FORBIDDEN) if (pattern.test(picture)) throw invalid(`holds ${what}`)
}

function invalid(text: string): PunteError {
  return new PunteError('FIELD_INVALID', { field: 'logo', text: `The logo ${text}.` })
}
