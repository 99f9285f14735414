import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { contrast, GROUND, OUTLINE_CONTRAST, paletteOf, TEXT_CONTRAST } from './colour.ts'

test('contrast is that of WCAG', () => {
  assert.equal(contrast('#000000', '#ffffff'), 21)
  assert.equal(contrast('#ffffff', '#ffffff'), 1)
  assert.equal(contrast('#777777', '#ffffff').toFixed(2), '4.48')
})

test('every colour of a grid over the whole cube gives readable buttons, outlines and links', () => {
  const steps = [0, 17, 51, 85, 102, 119, 128, 153, 187, 204, 238, 255]
  const hex = (value: number) => value.toString(16).padStart(2, '0')
  for (const red of steps) {
    for (const green of steps) {
      for (const blue of steps) {
        const colour = `#${hex(red)}${hex(green)}${hex(blue)}`
        const { fill, ink, fillHover, edge, accent } = paletteOf(colour)
        assert.ok(contrast(fill, ink) >= TEXT_CONTRAST, `${colour}: text`)
        assert.ok(contrast(fillHover, ink) >= TEXT_CONTRAST, `${colour}: text under the pointer`)
        for (const scheme of ['light', 'dark'] as const) {
          assert.ok(contrast(edge[scheme], GROUND[scheme]) >= OUTLINE_CONTRAST, `${colour}: outline, ${scheme}`)
          assert.ok(contrast(accent[scheme], GROUND[scheme]) >= TEXT_CONTRAST, `${colour}: link, ${scheme}`)
        }
      }
    }
  }
})

test('a colour that is readable as it is stays as it is', () => {
  assert.equal(paletteOf('#1F4E79').fill, '#1f4e79')
  assert.equal(paletteOf('#ffff00').fill, '#ffff00')
  assert.notEqual(paletteOf('#777777').fill, '#777777')
})

test('what is no colour falls back to one', () => {
  for (const colour of ['', 'red', '#fff', '#12345g', 'url(x)']) assert.match(paletteOf(colour).fill, /^#[0-9a-f]{6}$/)
})

test('the grounds are those of the style sheet', () => {
  const css = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8')
  const grounds = [...css.matchAll(/--ground-card:\s*(#[0-9a-f]{6})/g)].map((match) => match[1])
  assert.deepEqual(grounds, [GROUND.light, GROUND.dark])
})
