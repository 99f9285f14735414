/** The checks of the house as tests, so that the runner's summary counts them too. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { houseChecks, runCheck } from '../src/commands/checks.ts'

describe('house checks', () => {
  for (const check of houseChecks()) {
    test(check.name, async () => {
      const wrong = await runCheck(check)
      if (wrong !== undefined) assert.fail(wrong)
    })
  }
})
