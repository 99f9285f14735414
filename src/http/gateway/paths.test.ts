import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pathFault, readVersion } from './paths.ts'

const REST = '/rest/version/100'

test('an address is read segment by segment, and the first wrong one is named', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    [`/api${REST}/information`, undefined],
    [`/api${REST}/merchant/M/order/O`, undefined],
    [`/api${REST}/merchant/M/order/O/transaction/T/`, undefined],
    [`/api${REST}/merchant/M/order/O/checkout`, `After url path ${REST}/merchant/M/order/O, expected /transaction`],
    [`/api${REST}/merchant/M/order`, `After url path ${REST}/merchant/M/order, expected /{orderId}`],
    [
      `/api${REST}/merchant/M/orders/O`,
      `After url path ${REST}/merchant/M, expected /agreement, /order, /paymentOptionsInquiry, /session or /token`,
    ],
    [`/api${REST}/shop`, `After url path ${REST}, expected /information or /merchant`],
    [
      `/api${REST}/merchant/M/order/O/transaction/T/x`,
      `After url path ${REST}/merchant/M/order/O/transaction/T, expected no further segment`,
    ],
    ['/api', 'After url path /, expected /rest or /nvp'],
    ['/api/nvp/version/54', undefined],
    ['/api/rest/version/53/merchant/M', "Unsupported value for 'version = 53'"],
    ['/api/nvp/version/101', "Unsupported value for 'version = 101'"],
    ['/', 'There is no such resource.'],
  ]
  for (const [path, says] of cases) assert.equal(pathFault(path)?.message, says, path)
})

test('what opens something is not repeated', () => {
  const session = 'SESSION0002816562472I0271878F98'
  for (const path of [`/session/${session}/x`, '/token/9776814717330432/x']) {
    const fault = pathFault(`/api${REST}/merchant/M${path}`)
    assert.match(fault?.message ?? '', /^After url path .*\/\{(session|token)Id\}, expected no further segment$/)
    assert.doesNotMatch(fault?.message ?? '', /SESSION0|97768/)
  }
})

test('versions 54 to 100, as written', () => {
  assert.equal(readVersion('54'), 54)
  assert.equal(readVersion('100'), 100)
  for (const text of ['53', '101', '054', '', '1e2', ' 80', '80x', undefined])
    assert.throws(() => readVersion(text), { code: 'VERSION_UNSUPPORTED' })
})
