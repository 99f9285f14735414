/** QR pictures of addresses: SVG for pages, PNG for mail programs, which show no SVG. */
import { crc32, deflateSync } from 'node:zlib'
import { encode, renderSVG } from 'uqr'

/** The quiet zone that scanners need, in modules (ISO/IEC 18004). */
const BORDER = 4
const PNG_MODULE_PX = 6

/** @returns an SVG document, dark on light */
export function qrSvg(text: string): string {
  return renderSVG(text, { ecc: 'M', border: BORDER })
}

/** @returns a PNG of one bit a pixel (ISO/IEC 15948) */
export function qrPng(text: string): Buffer {
  const { data, size } = encode(text, { ecc: 'M', border: BORDER })
  const side = size * PNG_MODULE_PX
  const line_bytes = Math.ceil(side / 8)
  const lines = data.flatMap((modules) => {
    // Filter type 0, then a bit a pixel: 1 is light.
    const line = Buffer.alloc(1 + line_bytes, 0xff)
    line[0] = 0
    for (let x = 0; x < side; x += 1) {
      if (modules[Math.floor(x / PNG_MODULE_PX)] === true)
        line[1 + (x >> 3)] = (line[1 + (x >> 3)] as number) & ~(0x80 >> (x & 7))
    }
    return Array.from({ length: PNG_MODULE_PX }, () => line)
  })
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  // Bit depth 1, greyscale, deflate, no filter method, no interlace.
  header.set([1, 0, 0, 0, 0], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(lines))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const framed = Buffer.alloc(body.length + 8)
  framed.writeUInt32BE(data.length, 0)
  body.copy(framed, 4)
  framed.writeUInt32BE(crc32(body), body.length + 4)
  return framed
}
