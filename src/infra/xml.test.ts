import assert from 'node:assert/strict'
import { test } from 'node:test'
import { processorMs } from './testing/cost.ts'
import { childOf, childrenOf, readXml, textOf } from './xml.ts'

test('elements, attributes, references, CDATA and comments', () => {
  const root = readXml(`\ufeff<?xml version="1.0"?><!-- a <b> --><p:a xmlns:p='x' y="1 &lt; 2">
    <b>one &amp; &#116;wo&#x21;</b><b><![CDATA[<three> &amp;]]></b><c/></p:a>`)
  assert.equal(root?.name, 'a')
  assert.equal(root.attributes.get('y'), '1 < 2')
  assert.deepEqual(
    childrenOf(root, 'b').map(({ text }) => text),
    ['one & two!', '<three> &amp;'],
  )
  assert.equal(textOf(root, 'c'), '')
  assert.equal(textOf(root, 'c', 'd'), '')
  assert.equal(childOf(root, 'd'), undefined)
  assert.equal(childOf(undefined, 'd'), undefined)
})

test('what is not well-formed, or more than is wanted, is not read', () => {
  const bad = [
    '',
    'text',
    '<a>',
    '<a></b>',
    '</a>',
    '<a/><b/>',
    '<a/>x',
    '<a b></a>',
    '<a b=c/>',
    '<a></a b="c">',
    '<a></a/>',
    '<a>&</a>',
    '<a>&x;</a>',
    '<a>&#x110000;</a>',
    '<!DOCTYPE a><a/>',
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    '<a><!-- </a>',
    '<a><![CDATA[ </a>',
  ]
  for (const xml of bad) assert.equal(readXml(xml), undefined, xml)
  const nested = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth)
  assert.ok(readXml(nested(60)))
  assert.equal(readXml(nested(70)), undefined)
  assert.ok(readXml(nested(5), { max_depth: 5 }))
  assert.equal(readXml(nested(6), { max_depth: 5 }), undefined)
  assert.equal(readXml('<a>xx</a>', { max_length: 8 }), undefined)
})

test('hostile text takes no longer than its length', () => {
  const texts = ['<!--', '<a ', '<a b="c" ', '<![CDATA[', '<?', '&', '<a x=" ', '&#1'].map(
    (part) => `<r>${part.repeat(100_000)}`,
  )
  const cost_ms = processorMs(() => texts.forEach((text) => void readXml(text)))
  assert.ok(cost_ms < 2_000, `${cost_ms} ms`)
})
