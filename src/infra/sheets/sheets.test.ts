/** Files that a spreadsheet opens: what stays text, what a reader who leaves ends, how sheets follow each other. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { inflateRawSync } from 'node:zlib'
import { until } from '../testing/until.ts'
import { csvLine, csvStream, type Row } from './csv.ts'
import { xlsxStream } from './xlsx.ts'

async function* batches(...given: readonly (readonly Row[])[]): AsyncGenerator<readonly Row[]> {
  yield* given
}

/** Files of a ZIP, by its central directory. */
function unzip(zip: Buffer): Map<string, string> {
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]))
  const files = new Map<string, string>()
  let at = zip.readUInt32LE(end + 16)
  for (let n = zip.readUInt16LE(end + 10); n > 0; n -= 1) {
    const [method, packed, name, extra, comment] = [10, 20, 28, 30, 32].map((offset) =>
      offset === 20 ? zip.readUInt32LE(at + offset) : zip.readUInt16LE(at + offset),
    ) as [number, number, number, number, number]
    const local = zip.readUInt32LE(at + 42)
    const begin = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    const body = zip.subarray(begin, begin + packed)
    files.set(
      zip.toString('utf8', at + 46, at + 46 + name),
      (method === 8 ? inflateRawSync(body) : body).toString('utf8'),
    )
    at += 46 + name + extra + comment
  }
  return files
}

const FORMULAS = ['=HYPERLINK("http://x","y")', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1', '＋1']

test('a CSV is RFC 4180 behind a byte order mark, and none of its text is a formula', async () => {
  const text = (
    await buffer(csvStream(['a', 'b'], batches([['x', null]], [[{ number: '-1.50' }, 'ș, "ț"\r\n']])))
  ).toString()
  assert.equal(text, '\ufeffa,b\r\nx,\r\n-1.50,"ș, ""ț""\r\n"\r\n')
  for (const formula of FORMULAS) {
    const line = csvLine([formula])
    assert.match(line, /^"?'/, JSON.stringify(line))
  }
  assert.equal(csvLine(['a=b', 'x@y', '1-2']), 'a=b,x@y,1-2\r\n')
})

test('a workbook holds text as text, whatever it looks like', async () => {
  const nasty = [...FORMULAS, '<script>alert(1)</script>', '&amp;', 'a\u0000b\u0007', '\ud800', ']]>', '  spaces  ']
  const files = unzip(
    await buffer(
      xlsxStream(
        ['Titlu'],
        batches(
          nasty.map((one) => [one]),
          [[{ number: '12.50' }]],
        ),
      ),
    ),
  )
  const sheet = files.get('xl/worksheets/sheet1.xml') ?? ''
  assert.ok(!sheet.includes('<f>') && !sheet.includes('<script'))
  assert.ok(sheet.includes('t="inlineStr"><is><t xml:space="preserve">=HYPERLINK("http://x","y")</t></is></c>'))
  assert.ok(
    sheet.includes('&lt;script&gt;alert(1)&lt;/script&gt;') && sheet.includes('&amp;amp;') && sheet.includes(']]&gt;'),
  )
  assert.ok(sheet.includes('a\ufffdb\ufffd') && sheet.includes('<t xml:space="preserve">\ufffd</t>'))
  assert.ok(sheet.includes('<v>12.50</v>'))
  assert.equal(sheet.match(/<row /g)?.length, nasty.length + 2)
  for (const part of [
    '[Content_Types].xml',
    '_rels/.rels',
    'xl/workbook.xml',
    'xl/_rels/workbook.xml.rels',
    'xl/styles.xml',
  ])
    assert.ok(files.has(part), part)
})

test('a sheet that is full is followed by another, each with its header; none is empty but of an empty list', async () => {
  const rows = (count: number, from = 0): Row[] => Array.from({ length: count }, (_, n) => [String(from + n)])
  for (const [given, wanted] of [
    [[rows(7)], [3, 3, 1]],
    [
      [rows(2), rows(4, 2)],
      [3, 3],
    ],
    [[rows(3)], [3]],
    [[[], rows(1), []], [1]],
    [[], [0]],
  ] as const) {
    const files = unzip(await buffer(xlsxStream(['n'], batches(...given), 3)))
    const sheets = [...files].filter(([name]) => name.startsWith('xl/worksheets/'))
    assert.deepEqual(
      sheets.map(([, xml]) => (xml.match(/<row /g)?.length ?? 0) - 1),
      wanted,
    )
    assert.equal(files.get('xl/workbook.xml')?.match(/<sheet /g)?.length, wanted.length)
    const cells = sheets.flatMap(([, xml]) => [...xml.matchAll(/preserve">(\d+)</g)].map(([, n]) => Number(n)))
    assert.deepEqual(
      cells,
      cells.toSorted((a, b) => a - b),
    )
  }
})

for (const [name, stream] of [
  ['CSV', csvStream],
  ['XLSX', xlsxStream],
] as const) {
  const endless = () => {
    const state = { asked: 0, is_ended: false }
    async function* rows(): AsyncGenerator<readonly Row[]> {
      try {
        // Noise, which no packing makes small.
        for (;;) {
          await sleep(0)
          state.asked += 1
          yield Array.from({ length: 1_000 }, () => [String(Math.random()), String(Math.random())])
        }
      } finally {
        state.is_ended = true
      }
    }
    return { state, rows: rows() }
  }

  test(`${name}: nothing is read ahead of a reader who does not read`, async () => {
    const { state, rows } = endless()
    const file: Readable = stream(['a', 'b'], rows)
    await once(file, 'readable')
    let asked = -1
    for (const until = performance.now() + 5_000; asked !== state.asked && performance.now() < until; await sleep(150))
      asked = state.asked
    assert.equal(state.asked, asked)
    assert.ok(asked < 100, `${asked} batches`)
    file.destroy()
  })

  test(`${name}: a reader who leaves ends the reading`, async () => {
    const { state, rows } = endless()
    const file: Readable = stream(['a', 'b'], rows)
    file.resume()
    await sleep(50)
    file.destroy()
    await once(file, 'close')
    await until('the end of the reading', () => state.is_ended)
  })

  test(`${name}: a fault while reading breaks the file off`, async () => {
    async function* broken(): AsyncGenerator<readonly Row[]> {
      yield [['1']]
      throw new Error('the database is away')
    }
    await assert.rejects(buffer(stream(['a'], broken())), /the database is away/)
  })
}
