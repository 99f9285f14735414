import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { processorMs } from '../../infra/testing/cost.ts'
import { COMMON_WORDS } from './common-words.ts'
import { dictionaryJudge } from './password-dictionaries.ts'
import { type PasswordFault, passwordFaults } from './password-rules.ts'
import { estimateStrength } from './password-strength.ts'

const person = { user_name: 'ana.popescu', name: 'Ana-Maria Popéscu', email: 'ampop@punte.example' }
const faults = (password: string): PasswordFault[] => passwordFaults(password, person)
const judge = await dictionaryJudge()
const looked_up = (password: string): PasswordFault[] => passwordFaults(password, person, undefined, judge)

// As a generator of passwords makes them.
const ALPHABET = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789#%&*-_=?'
const random_password = fc
  .noBias(fc.array(fc.constantFrom(...ALPHABET), { minLength: 20, maxLength: 40 }))
  .map((characters) => characters.join(''))

test('long random passwords are taken, nearly always', () => {
  let refused = 0
  fc.assert(
    fc.property(random_password, (password) => {
      // One of its three-letter parts may be a name by chance; nothing else may stand in the way.
      if (faults(password).some((fault) => fault !== 'own_words')) refused += 1
    }),
    { numRuns: 500 },
  )
  assert.ok(refused <= 5, `${refused} of 500 random passwords were refused`)
})

test('whatever is shorter than 14 characters or longer than 128 is refused', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 13 }), (password) => {
      fc.pre([...password.normalize('NFC')].length < 14)
      assert.ok(faults(password).includes('too_short'))
    }),
  )
  fc.assert(
    fc.property(fc.string({ minLength: 129, maxLength: 2_000, unit: 'binary-ascii' }), (password) => {
      assert.deepEqual(faults(password), ['too_long'])
    }),
  )
})

test('no password holds a name of its owner, however written', () => {
  const names = ['ana.popescu', 'POPESCU', 'Popéscu', 'p0pe5cu', 'ucsepop', 'p-o-p-e-s-c-u', 'ampop', 'Maria', 'punte']
  fc.assert(
    fc.property(random_password, fc.constantFrom(...names), fc.nat({ max: 20 }), (password, name, at) => {
      assert.ok(faults(password.slice(0, at) + name + password.slice(at)).includes('own_words'))
    }),
  )
})

test('a common word is refused, whatever stands around it for show', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...COMMON_WORDS.filter((word) => word.length >= 4)),
      fc.constantFrom('', '!', '123', '2026', '!!!', '1!'),
      (word, end) => {
        const password = word[0]?.toUpperCase() + word.slice(1).replaceAll('a', '@').replaceAll('o', '0') + end
        const found = faults(password.repeat(Math.ceil(14 / password.length)))
        assert.ok(found.includes('too_weak') || found.includes('common'), password)
      },
    ),
  )
})

test('what people think clever is refused', () => {
  const clever = [
    'Password123456!',
    'P@r0l4P@r0l4P@r0l4',
    'aaaaaaaaaaaaaaaaaaaa',
    'qwertyuiopasdfghjkl',
    '1qaz2wsx3edc4rfv',
    '12345678901234567890',
    'abcabcabcabcabcabc',
    'Bucuresti2026!!!',
    '14.02.1987-14.02.1987',
    'TeIubescMaria1987',
    'correcthorsebatterystaple',
  ]
  for (const password of clever) {
    assert.notDeepEqual(faults(password), [], password)
    assert.notDeepEqual(looked_up(password), [], password)
  }
})

test('long sentences and made-up passwords are taken', () => {
  for (const password of ['vq7#Rm2-kz9!Twx4Lb', 'garduri-verzi 41 sub ploaie, oblice & reci', 'Tq4vN8xZ2mW6bKrP'])
    assert.deepEqual(looked_up(password), [], password)
})

test('a longer password is never weaker than its beginning, but for a last letter that makes a word', () => {
  fc.assert(
    fc.property(random_password, random_password, (one, other) => {
      assert.ok(estimateStrength(`${one}${other}`, []) > estimateStrength(one, []) - 10)
    }),
  )
})

test('an estimator with more words can take the place of ours', () => {
  assert.deepEqual(
    passwordFaults('vq7#Rm2-kz9!Twx4Lb', person, () => 0),
    ['too_weak'],
  )
})

test('judging the longest and worst text takes milliseconds', () => {
  for (const password of ['ab'.repeat(64), '1234567890'.repeat(12), 'é'.repeat(100_000), 'a1'.repeat(64)]) {
    const cost_ms = processorMs(() => void faults(password))
    assert.ok(cost_ms < 200, `${cost_ms} ms`)
  }
})

test('what large lists know is refused, in English and Romanian, swapped and put together', () => {
  const known = [
    // Leaked as they are.
    'qwerty123456789q!',
    'lovelove123loveyou',
    // Words that our own short list lacks.
    'butterflykisses99',
    'W0lverhampt0n1234',
    'florentinaluminita',
    'porumbelrandunica1',
    'cartofiSarmale2024',
  ]
  for (const password of known) assert.notDeepEqual(looked_up(password), [], password)
  assert.deepEqual(faults('1q2w3e4r5t6y-Xq'), [])
  assert.ok(looked_up('1q2w3e4r5t6y-Xq').includes('common'))
})

test('the dictionaries answer in time, whatever they are asked, and take long random passwords', () => {
  const worst = [
    '4@8({[<369&0$5+7%2'.repeat(7),
    '1234567890'.repeat(12),
    'p4$$w0rd'.repeat(16),
    '01.02.1999 '.repeat(11),
  ]
  for (const password of [...worst, '', '\ud83d\ude00'.repeat(64)]) {
    const cost_ms = processorMs(() => void judge(password, ['ana', 'popescu']))
    assert.ok(cost_ms < 500, `${password}: ${cost_ms} ms`)
  }
  let refused = 0
  fc.assert(
    fc.property(random_password, (password) => {
      if (looked_up(password).some((fault) => fault !== 'own_words')) refused += 1
    }),
    { numRuns: 60 },
  )
  assert.ok(refused <= 1, `${refused} of 60 random passwords were refused`)
})

test('what generators draw is hardly ever too weak, and sentences without spaces stay so', () => {
  const LOWER = 'abcdefghijklmnopqrstuvwxyz'
  const ALL = `${LOWER}${LOWER.toUpperCase()}0123456789`
  for (const [alphabet, length, percent] of [
    [ALL, 24, 0.5],
    [ALL, 16, 2],
    [ALL, 14, 5],
    [LOWER, 20, 1],
  ] as const) {
    const drawn = fc.noBias(fc.array(fc.constantFrom(...alphabet), { minLength: length, maxLength: length }))
    const passwords = fc.sample(drawn, { numRuns: 2_000, seed: 7 }).map((characters) => characters.join(''))
    const refused = passwords.filter((password) => faults(password).includes('too_weak'))
    assert.ok(refused.length <= 20 * percent, `${refused.length} of 2 000 of ${length} characters were refused`)
  }
  for (const sentence of ['carteafrumoasadepoveste', 'gardurileverzisubploaie', 'oblicepopandaubolovani'])
    assert.deepEqual(faults(sentence), ['too_weak'], sentence)
})
