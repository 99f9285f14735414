import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { BANK_IDS, type BankId, partiesOf } from '../world/parties.ts'
import { bootWorld, type TestWorld } from '../world/world.ts'
import { bankTests, type Chapter, slowly } from './bank-cases.ts'
import { clickedTests } from './clicked-cases.ts'
import { laterTests, listTests } from './many-cases.ts'
import { partnerOf } from './partner.ts'
import { assertStandard, coveredBy, messagesOf } from './wire.ts'

const PEOPLE: Readonly<Record<BankId, { readonly payer: string; readonly broke: string }>> = {
  carpati: { payer: 'ana', broke: 'sorin' },
  delta: { payer: 'ioana', broke: 'dan' },
  cetate: { payer: 'andrei', broke: 'gigi' },
  BT: { payer: 'alina', broke: 'dorin' },
  BCR: { payer: 'bianca', broke: 'emil' },
  BRD: { payer: 'cosmin', broke: 'nicu' },
  ING: { payer: 'irina', broke: 'sandu' },
  RZB: { payer: 'robert', broke: 'titi' },
  UCB: { payer: 'luiza', broke: 'relu' },
  CEC: { payer: 'valentin', broke: 'costel' },
  LIB: { payer: 'teodora', broke: 'fane' },
}

describe('every bank of the world', () => {
  let world: TestWorld
  let chapter: Chapter
  before(async () => {
    world = await bootWorld({ settle_ms: 0 })
    chapter = { parties: partiesOf(world), partner: partnerOf(world) }
  })
  after(async () => {
    chapter?.partner.close()
    await chapter?.parties.close()
    await world?.finish()
  })

  describe('pays, refuses, runs dry, waits', { concurrency: 4 }, () => {
    for (const bank_id of BANK_IDS) bankTests(bank_id, PEOPLE[bank_id], () => chapter)
    test('a bank that takes its time', () => slowly(chapter, chapter.parties.person('ING', 'mara')))
  })

  describe('one authorisation for more than one payment now', { concurrency: 3 }, () => {
    listTests(() => chapter)
    laterTests(() => chapter)
  })

  clickedTests(() => chapter)

  test('partners are told of them all', async () => {
    const banks = await chapter.partner.banks()
    for (const id of BANK_IDS)
      assert.ok(
        banks.some(({ code }) => code === id),
        id,
      )
  })

  test('what was said holds to the standard where it is claimed', async () => {
    for (const { id, url } of world.facts.banks) {
      const messages = await messagesOf(url)
      assert.ok(messages.length > 5, `${id} was hardly spoken to`)
      const checked = assertStandard(id as BankId, messages)
      if (id !== 'BRD') assert.ok(checked > 3, `${id}: ${checked}`)
      assert.ok(!messages.some(({ http_status }) => http_status >= 500), `${id} failed`)
    }
  })

  test('each bank gets the signature it asks for, or none', async () => {
    const first = async (id: BankId) => {
      const messages = await messagesOf(world.facts.banks.find((bank) => bank.id === id)?.url ?? '')
      const initiation = messages.find(({ method, http_status }) => method === 'POST' && http_status === 201)
      assert.ok(initiation !== undefined, id)
      return initiation
    }
    for (const id of ['BT', 'BCR', 'BRD', 'RZB'] as const)
      assert.equal((await first(id)).request_headers.signature, undefined)
    assert.deepEqual(coveredBy(await first('ING')), ['(request-target)', 'date', 'digest', 'x-request-id'])
    assert.deepEqual(coveredBy(await first('CEC')), ['digest', 'psu-ip-address', 'x-request-id'])
    assert.deepEqual(coveredBy(await first('LIB')), ['digest', 'x-request-id'])
    assert.match((await first('CEC')).request_headers.digest ?? '', /^sha-512=/)
  })
})
