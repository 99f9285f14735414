import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { after, test } from 'node:test'
import { type ErrorCode, PunteError } from '../../errors.ts'
import { complianceWorld, PNG, pdf } from '../fixture.ts'
import { submitCase } from '../move.ts'
import { addApplicantDocument, addDocument, MAX_DOCUMENT_BYTES } from './add.ts'
import { listDocuments, readDocument } from './read.ts'

const world = await complianceWorld()
const { context, filled, seen } = world
after(world.close)

const refuses = (code: ErrorCode, detail?: string) => (error: unknown) =>
  error instanceof PunteError && error.code === code && (detail === undefined || error.detail === detail)

async function contentOf(case_id: number, document_id: number): Promise<Buffer> {
  const { content } = await readDocument(context, { case_id, document_id })
  const parts: Buffer[] = []
  for await (const part of content) parts.push(part)
  return Buffer.concat(parts)
}

/** A JPEG of that many bytes, most of them noise. */
function photo(size: number): Buffer {
  const head = Buffer.from([
    0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 9, 0, 9, 1, 1, 0x11, 0, 0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0,
  ])
  return Buffer.concat([head, randomBytes(size - head.length - 2), Buffer.from([0xff, 0xd9])])
}

test('a document of many parts comes back as it was given, and stands sealed', async () => {
  const case_id = await filled()
  const bytes = photo(700_000)
  const added = await addDocument(context, { case_id, kind: 'identity', name: 'ci ion.jpg', bytes })
  assert.deepEqual([added.name, added.media_type, added.size_bytes], ['ci ion.jpg', 'image/jpeg', 700_000])
  assert.equal(added.sha256, createHash('sha256').update(bytes).digest('hex'))
  assert.ok((await contentOf(case_id, added.document_id)).equals(bytes))
  const { rows } = await context.db.query<{ parts: number; bytes: Buffer }>({
    text: `select count(*)::integer as parts, string_agg(content_enc, '' order by part_no) as bytes
      from case_document_parts where document_id = $1`,
    values: [added.document_id],
  })
  assert.equal(rows[0]?.parts, 3)
  assert.equal(rows[0]?.bytes.includes(bytes.subarray(100, 130)), false)
})

test('a part that was moved does not open', async () => {
  const case_id = await filled()
  const { document_id } = await addDocument(context, { case_id, kind: 'other', name: 'a.jpg', bytes: photo(600_000) })
  const swap = (from: number, to: number) =>
    context.db.query({
      text: `insert into case_document_parts (case_id, document_id, part_no, content_enc)
        select case_id, document_id, $3, content_enc from case_document_parts where document_id = $1 and part_no = $2`,
      values: [document_id, from, to],
    })
  await assert.rejects(
    context.db.query({
      text: `update case_document_parts set part_no = 9 where document_id = $1`,
      values: [document_id],
    }),
    /not erased this way/,
  )
  await assert.rejects(swap(0, 1), /duplicate key/)
  await context.db.query({ text: 'alter table case_document_parts disable trigger user', values: [] })
  await context.db.query({
    text: `update case_document_parts a set content_enc = b.content_enc from case_document_parts b
      where a.document_id = $1 and b.document_id = $1 and a.part_no = 1 and b.part_no = 0`,
    values: [document_id],
  })
  await context.db.query({ text: 'alter table case_document_parts enable trigger user', values: [] })
  await assert.rejects(contentOf(case_id, document_id))
})

test('a document is superseded, never changed', async () => {
  const case_id = await filled()
  const [old] = await listDocuments(context, case_id)
  assert.ok(old)
  const other = await filled()
  const newer = { case_id, kind: 'constitutive_act', name: 'act nou.pdf', bytes: pdf() } as const
  await assert.rejects(
    addDocument(context, { ...newer, case_id: other, supersedes: old.document_id }),
    refuses('DOCUMENT_UNKNOWN'),
  )
  const { document_id } = await addDocument(context, { ...newer, supersedes: old.document_id })
  const listed = await listDocuments(context, case_id)
  assert.equal(listed.find((one) => one.document_id === old.document_id)?.superseded_by, document_id)
  await assert.rejects(addDocument(context, { ...newer, supersedes: old.document_id }), refuses('DOCUMENT_UNKNOWN'))
  for (const change of [`kind = 'other'`, `sha256 = sha256('x')`, `added_at = now()`])
    await assert.rejects(
      context.db.query({ text: `update case_documents set ${change} where document_id = $1`, values: [document_id] }),
      /does not change/,
      change,
    )
})

test('files that are none are refused, by what is wrong with them', async () => {
  const case_id = await filled()
  const add = (name: string, bytes: Buffer) => addDocument(context, { case_id, kind: 'other', name, bytes })
  await assert.rejects(add('a.pdf', Buffer.from('PK\x03\x04')), refuses('DOCUMENT_REFUSED', 'name_lies'))
  await assert.rejects(add('a.docx', Buffer.from('PK\x03\x04')), refuses('DOCUMENT_REFUSED', 'unknown_type'))
  await assert.rejects(add('a.pdf', Buffer.alloc(0)), refuses('DOCUMENT_REFUSED', 'empty'))
  await assert.rejects(add('a.jpg', photo(MAX_DOCUMENT_BYTES + 1)), refuses('DOCUMENT_REFUSED', 'too_large'))
  await assert.rejects(add('a.pdf', pdf('<< /S /Launch >>')), refuses('DOCUMENT_REFUSED', 'opens_something'))
  const largest = await add('a.jpg', photo(MAX_DOCUMENT_BYTES))
  assert.equal(largest.size_bytes, MAX_DOCUMENT_BYTES)
})

test('an applicant adds while it is his turn; nobody reads through another case', async () => {
  const case_id = await filled()
  const bytes = PNG
  const { document_id } = await addApplicantDocument(context, { case_id, kind: 'other', name: 'x.png', bytes })
  await submitCase(context, await seen(case_id))
  await assert.rejects(
    addApplicantDocument(context, { case_id, kind: 'other', name: 'x.png', bytes }),
    refuses('CASE_STATE'),
  )
  const other = await filled()
  await assert.rejects(readDocument(context, { case_id: other, document_id }), refuses('DOCUMENT_UNKNOWN'))
})
