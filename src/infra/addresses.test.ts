import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isPublicAddress, literalAddress, lookupPublicOnly } from './addresses.ts'

test('only globally routed addresses are public', () => {
  const refused = [
    '127.0.0.1',
    '127.1.2.3',
    '0.0.0.0',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    '192.0.2.1',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:db8::1',
    '2001:0:7f00:1::',
    '4000::1',
    '',
    'localhost',
    '1.2.3',
    '0x7f.0.0.1',
    '127.0.0.1 ',
  ]
  for (const address of refused) assert.equal(isPublicAddress(address), false, address)
  for (const address of ['8.8.8.8', '193.226.1.1', '2a00:1450:4001::1', '::ffff:8.8.8.8', '64:ff9b::808:808']) {
    assert.equal(isPublicAddress(address), true, address)
  }
})

test('an address in a URL is seen, however it is written', () => {
  for (const written of [
    'http://127.0.0.1',
    'http://2130706433',
    'http://0x7f.1',
    'http://0177.0.0.1',
    'http://127.1',
  ]) {
    assert.equal(literalAddress(new URL(written).hostname), '127.0.0.1', written)
  }
  assert.equal(literalAddress(new URL('http://[::1]:80/').hostname), '::1')
  assert.equal(literalAddress('example.ro'), undefined)
})

test('a name that resolves to a private address is refused by the lookup itself', async () => {
  for (const all of [true, false]) {
    const error = await new Promise<NodeJS.ErrnoException | null>((resolve) =>
      lookupPublicOnly('localhost', { all }, (e) => resolve(e)),
    )
    assert.equal(error?.code, 'ADDRESS_REFUSED')
  }
})
