import assert from 'node:assert/strict'
import { test } from 'node:test'
import { passwordFaults } from '../../domain/staff/password-rules.ts'
import { newPassword } from './new-password.ts'

test('a drawn password breaks no rule, also where its owner has a short name that stands in every hundredth', () => {
  const person = { user_name: 'ene', name: 'Ana Ene', email: 'ene@punte.example' }
  for (let drawn = 0; drawn < 2_000; drawn += 1) assert.deepEqual(passwordFaults(newPassword(person), person), [])
})
