import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync } from 'node:zlib'
import { processorMs } from '../../../infra/testing/cost.ts'
import { PNG, pdf } from '../fixture.ts'
import { cleanName, lookAt } from './content.ts'

const faultOf = (bytes: Buffer) => {
  const looked = lookAt(bytes)
  return 'fault' in looked ? looked.fault : looked.media_type
}

function png(width: number, height: number): Buffer {
  const bytes = Buffer.from(PNG)
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(height, 20)
  return bytes
}

function jpeg(width: number, height: number, marker = 0xc0): Buffer {
  const frame = Buffer.from([0xff, marker, 0, 11, 8, 0, 0, 0, 0, 1, 1, 0x11, 0])
  frame.writeUInt16BE(height, 5)
  frame.writeUInt16BE(width, 7)
  const app = Buffer.from([0xff, 0xe0, 0, 4, 0x4a, 0x46])
  const scan = Buffer.from([0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 1, 2, 3, 0xff, 0xd9])
  return Buffer.concat([Buffer.from([0xff, 0xd8]), app, frame, scan])
}

test('what is whole is taken by what it is', () => {
  assert.equal(faultOf(PNG), 'image/png')
  assert.equal(faultOf(jpeg(800, 600)), 'image/jpeg')
  assert.equal(faultOf(jpeg(800, 600, 0xc2)), 'image/jpeg')
  assert.equal(faultOf(pdf()), 'application/pdf')
  assert.equal(faultOf(pdf('<< /Type /Catalog /Pages 2 0 R /OpenAction [3 0 R /Fit] >>')), 'application/pdf')
})

test('what lies about its type, or is another, is not taken', () => {
  const types: readonly [string, Buffer][] = [
    ['html', Buffer.from('<html><script>alert(1)</script>')],
    ['svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['zip', Buffer.from('PK\x03\x04xxxxxxxxxxxxxxxx')],
    ['gif', Buffer.from('GIF89a')],
    ['html before a PDF', Buffer.concat([Buffer.from('<script>x</script>\n'), pdf()])],
    ['a JPEG of two bytes', Buffer.from([0xff, 0xd8])],
  ]
  for (const [name, bytes] of types) assert.equal(faultOf(bytes), 'unknown_type', name)
  assert.equal(faultOf(Buffer.alloc(0)), 'empty')
  const zip_end = Buffer.concat([Buffer.from('PK\x05\x06'), Buffer.alloc(18)])
  assert.equal(faultOf(Buffer.concat([pdf().subarray(0, -6), zip_end, Buffer.from('%%EOF\n')])), 'attachment')
})

test('what is cut off, or has something after its end, is not taken', () => {
  for (const bytes of [PNG, jpeg(10, 10), pdf()]) {
    assert.equal(faultOf(bytes.subarray(0, -12)), 'broken')
    assert.equal(faultOf(bytes.subarray(0, 30)), 'broken')
  }
  assert.equal(faultOf(Buffer.concat([PNG, Buffer.from('<script>')])), 'broken')
  assert.equal(faultOf(Buffer.concat([jpeg(10, 10), Buffer.alloc(500, 'x')])), 'broken')
})

test('pictures that unfold into something huge are not taken', () => {
  assert.equal(faultOf(png(60_000, 60_000)), 'too_many_pixels')
  assert.equal(faultOf(png(21_000, 1)), 'too_many_pixels')
  assert.equal(faultOf(jpeg(65_000, 65_000)), 'too_many_pixels')
  assert.equal(faultOf(png(0, 5)), 'broken')
})

test('a PDF in which something runs, opens or is locked is not taken', () => {
  const active = [
    ['script', '<< /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>'],
    ['script', '<< /S /J#61vaScript >>'],
    ['script', '<< /AA << /O 5 0 R >> >>'],
    ['opens_something', '<< /S /Launch /F (cmd.exe) >>'],
    ['attachment', '<< /Names << /EmbeddedFiles 4 0 R >> >>'],
    ['form', '<< /AcroForm << /XFA [] >> >>'],
    ['form', '<< /S /SubmitForm >>'],
    // Hidden between words that look like a stream.
    ['script', '<< /A (stream\n) /S /JavaScript /B (endstream) >>'],
  ] as const
  for (const [fault, object] of active) assert.equal(faultOf(pdf(object)), fault, object)
  assert.equal(faultOf(pdf('<< /Encrypt 9 0 R >>')), 'encrypted')
  const stream = (type: string, inside: string, filter = '/Filter /FlateDecode ') => {
    const packed = filter === '' ? Buffer.from(inside) : deflateSync(inside)
    return pdf(
      `<< /Type ${type} ${filter}/N 1 /First 4 /Length ${packed.length} >>\nstream\n${packed.toString('latin1')}\nendstream`,
    )
  }
  const latin = (text: Buffer) => Buffer.from(text.toString('utf8'), 'latin1')
  assert.equal(faultOf(latin(stream('/ObjStm', '1 0 << /S /JavaScript >>'))), 'script')
  assert.equal(faultOf(latin(stream('/ObjStm', '1 0 << /S /GoTo >>'))), 'application/pdf')
  assert.equal(faultOf(latin(stream('/ObjStm', '1 0 x', '/Filter /LZWDecode '))), 'hidden_content')
  assert.equal(faultOf(latin(stream('/#4fbjStm', '1 0 << /S /JavaScript >>'))), 'hidden_content')
})

test('an object stream whose packing hides what it holds is not taken', () => {
  const script = Buffer.from('1 0 << /S /JavaScript >>')
  const hex = Buffer.from(script.toString('hex'))
  const stream = (dictionary: string, packed: Buffer) =>
    Buffer.concat([
      Buffer.from(`%PDF-1.7\n1 0 obj\n<< /Type /ObjStm ${dictionary} >>\nstream\n`),
      packed,
      Buffer.from('\nendstream\nendobj\nstartxref\n0\n%%EOF'),
    ])
  const hidden: readonly [string, Buffer][] = [
    ['/Filter [/FlateDecode /ASCIIHexDecode]', deflateSync(hex)],
    ['/Filter /FlateDecode /Filter /ASCIIHexDecode', deflateSync(hex)],
    ['/F#69lter /ASCIIHexDecode', hex],
    ['/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 4 >>', deflateSync(Buffer.from('harmless'))],
    ['/F (file)', Buffer.from('1 0 x')],
  ]
  for (const [dictionary, packed] of hidden)
    assert.equal(faultOf(stream(dictionary, packed)), 'hidden_content', dictionary)
  for (const dictionary of [
    '/Filter /FlateDecode',
    '/Filter[/FlateDecode]',
    '/Filter\n[ /Fl ]',
    '/Filter/FlateDecode/First 4',
  ])
    assert.equal(faultOf(stream(dictionary, deflateSync('1 0 x'))), 'application/pdf', dictionary)
})

test('a file made to be long in looking at is looked at as quickly as another of its size', () => {
  const whole = (body: string) => Buffer.from(`%PDF-1.7\n${body}\nstartxref\n9\n%%EOF\n`, 'latin1')
  const slow: readonly ((share: number) => string)[] = [
    (share) => `1 0 obj << /Type /ObjStm /Filter${' '.repeat(9_000_000 * share)}x >> stream\nabc\nendstream endobj`,
    (share) =>
      `1 0 obj << /Type /ObjStm /Filter${' '.repeat(3_000)}x >> stream\nabc\nendstream endobj\n`.repeat(2_500 * share),
    (share) =>
      `1 0 obj ${'/ObjStm '.repeat(19_000 * share)}${'x'.repeat(9_000_000 * share)} stream\nabc\nendstream endobj`,
    (share) => `1 0 obj ${'/ObjStmxstream\n '.repeat(19_000 * share)}${'x'.repeat(9_000_000 * share)}endstream endobj`,
    (share) => 'stream\n'.repeat(1_300_000 * share),
    (share) => '/ObjStm stream\nendstream '.repeat(300_000 * share),
  ]
  for (const [at, body] of slow.entries()) {
    const [all, quarter] = [whole(body(1)), whole(body(1 / 4))]
    const all_ms = processorMs(() => void lookAt(all))
    const quarter_ms = processorMs(() => void lookAt(quarter))
    // Four times as long is four times the work, not sixteen times; what is small is not weighed as finely.
    assert.ok(all_ms < 8 * quarter_ms + 100, `${at}: ${quarter_ms} ms for a quarter, ${all_ms} ms for all`)
  }
})

test('an object stream that unfolds into very much is not taken', () => {
  const bomb = deflateSync(Buffer.alloc(70 * 1024 * 1024))
  const head = `%PDF-1.7\n1 0 obj\n<< /Type /ObjStm /Filter /FlateDecode /N 1 /Length ${bomb.length} >>\nstream\n`
  const bytes = Buffer.concat([Buffer.from(head), bomb, Buffer.from('\nendstream\nendobj\nstartxref\n0\n%%EOF')])
  assert.equal(faultOf(bytes), 'unfolds_too_far')
})

test('names are for people', () => {
  assert.equal(cleanName('C:\\acte\\..\\Act ședință.PDF', 'application/pdf'), 'Act ședință.pdf')
  assert.equal(cleanName('../../etc/passwd', 'image/png'), 'passwd.png')
  assert.equal(cleanName('poza.html', 'image/jpeg'), 'poza.jpg')
  assert.equal(cleanName('scan.JPEG', 'image/jpeg'), 'scan.jpeg')
  assert.equal(cleanName('a\u202Egpj.exe\n<b>', 'image/png'), 'agpj.png')
  assert.equal(cleanName('.pdf', 'application/pdf'), 'document.pdf')
  assert.equal(cleanName(`${'x'.repeat(500)}.pdf`, 'application/pdf').length, 104)
})
