/** What the payer reads before he agrees to a list, a series, a day to come, or to calling one of them off. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { bulkBody, initiateOrder, periodicBody } from '../testing/orders.ts'
import { call, cookiesOf, createPki, initiatePayment, paymentBody, postForm, startWorld } from '../testing/world.ts'
import { paymentsText, scheduleText } from './details.ts'

const pki = await createPki()
const world = await startWorld(pki, 'carpati', {
  changes: { quirks: { signing: 'none', cancellation_needs_payer: true } },
})
after(() => world.close())

const get = async (url: string, cookie = '') => (await fetch(url, { headers: { cookie } })).text()

/** The page before and after login. */
async function pagesAt(
  url: string,
): Promise<{ readonly before: string; readonly confirm: string; readonly cookie: string }> {
  const { login, password } = world.person('ana')
  const before = await get(url)
  const cookie = cookiesOf(await postForm(`${url}/login`, { login, password }))
  return { before, confirm: await get(url, cookie), cookie }
}

function assertHas(page: string, words: readonly string[]): void {
  for (const one of words) assert.ok(page.includes(one), `${one} in ${page.slice(page.indexOf('<main>'))}`)
}

test('a list: how many, the total, the first lines and how many more', async () => {
  const body = bulkBody(world, 'ana', [100, 200, 300, 400, 500, 600, 100_000])
  const { json } = await initiateOrder(pki, world, 'bulk-payments', 'ana', { body })
  const { before, confirm } = await pagesAt(json._links.scaRedirect.href)
  assertHas(before, ['Listă: 7 plăți', '1.021,00 lei'])
  // Whom it goes to is shown to who has logged in.
  assert.ok(!before.includes('Furnizor 0'))
  assertHas(confirm, [
    'Autorizează plățile',
    'Suma totală',
    '1.021,00 lei',
    '7 plăți',
    'Furnizor 0',
    'Furnizor 4',
    'încă 2',
  ])
  // The others are there to be unfolded.
  assert.match(confirm, /Furnizor 4.*<summary>încă 2<\/summary>.*Furnizor 5.*Furnizor 6/s)
})

test('a series: how often, from when, until when, in words', async () => {
  const body = periodicBody(world, 'ana', '2030-01-05', { dayOfExecution: '5', endDate: '2030-06-05' })
  const { json } = await initiateOrder(pki, world, 'periodic-payments', 'ana', { body })
  const { before, confirm } = await pagesAt(json._links.scaRedirect.href)
  assertHas(before, ['Plată recurentă către Abonament SRL'])
  assertHas(confirm, [
    'Autorizează plata recurentă',
    'în fiecare lună, pe data de 5, din 5 ianuarie 2030 până la 5 iunie 2030',
    '45,00 lei',
  ])
})

test('a day to come is named; calling the order off says what that means', async () => {
  const body = paymentBody(world, 'ana', { requestedExecutionDate: '2030-01-31' })
  const { json } = await initiatePayment(pki, world, 'ana', { body })
  const url = json._links.scaRedirect.href as string
  const { confirm, cookie } = await pagesAt(url)
  assertHas(confirm, ['Se execută pe', '31 ianuarie 2030', 'Autorizează plata'])
  await postForm(`${url}/decision`, { decision: 'approve' }, { cookie })
  const path = new URL(json._links.self.href).pathname
  const asked = await call(pki, world, { path, method: 'DELETE' })
  const cancel = asked.json._links.scaRedirect.href as string
  const page = await pagesAt(cancel)
  assertHas(page.before, ['Anulare', 'Plată către Librarie SRL'])
  assertHas(page.confirm, ['Plata nu va mai fi executată', 'Confirmă anularea', 'Păstrează plata', '31 ianuarie 2030'])
  const forged = await postForm(`${cancel}/decision`, { decision: 'approve' })
  assert.equal(forged.status, 403)
  await postForm(`${cancel}/decision`, { decision: 'approve' }, { cookie: page.cookie })
  assert.match(await get(cancel, page.cookie), /Plata a fost anulată/)
})

test('words of numbers and schedules', () => {
  assert.deepEqual([1, 2, 19, 20, 101, 119, 120].map(paymentsText), [
    'o plată',
    '2 plăți',
    '19 plăți',
    '20 de plăți',
    '101 plăți',
    '119 plăți',
    '120 de plăți',
  ])
  assert.equal(
    scheduleText({ start_date: '2030-01-31', frequency: 'Quarterly', day_of_execution: 31 }),
    'la trei luni, în ultima zi a lunii, din 31 ianuarie 2030, până o oprești',
  )
})
