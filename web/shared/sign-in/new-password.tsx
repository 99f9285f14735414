/** A new password: the rules it keeps or breaks are told while it is typed, by the server, so that both say the same. */
import { List, PasswordInput, Progress, Stack, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { post } from '../api.ts'
import { useTexts } from '../texts.tsx'
import { isOfField } from './form.tsx'

const MIN_LENGTH = 14
const ASKED_AFTER_MS = 350

const TEXTS = {
  ro: {
    label: 'Parola nouă',
    strength: 'Tărie',
    marks: ['foarte slabă', 'slabă', 'mijlocie', 'aproape', 'bună'],
    kept: 'îndeplinit',
    broken: 'neîndeplinit',
    open: 'de verificat',
    rules: {
      too_short: 'cel puțin 14 caractere',
      own_words: 'fără utilizatorul, numele sau adresa ta de e-mail',
      common: 'nu e o parolă des întâlnită sau scursă pe internet',
      too_weak: 'greu de ghicit: câteva cuvinte fără legătură, sau semne la întâmplare',
      used_before: 'niciuna dintre ultimele 10',
    },
    others: { too_long: 'Cel mult 128 de caractere.', unwritable: 'Are un caracter care nu poate fi tastat.' },
    refused: 'Parola nu îndeplinește regulile de mai jos.',
    used: 'Este una dintre ultimele 10 parole ale tale.',
  },
  en: {
    label: 'New password',
    strength: 'Strength',
    marks: ['very weak', 'weak', 'fair', 'nearly', 'good'],
    kept: 'kept',
    broken: 'broken',
    open: 'to be checked',
    rules: {
      too_short: 'at least 14 characters',
      own_words: 'without your user name, name or e-mail address',
      common: 'not a common or leaked password',
      too_weak: 'hard to guess: some unrelated words, or random characters',
      used_before: 'none of your last 10',
    },
    others: { too_long: 'At most 128 characters.', unwritable: 'It contains a character that cannot be typed.' },
    refused: 'The password does not meet the rules below.',
    used: 'It is one of your last 10 passwords.',
  },
}

type Rule = keyof (typeof TEXTS)['ro']['rules']
const RULES: readonly Rule[] = ['too_short', 'own_words', 'common', 'too_weak', 'used_before']
type Judged = { readonly faults: readonly string[]; readonly strength: number }

type Props = {
  readonly value: string
  readonly onChange: (value: string) => void
  /** Of sending it: what is about the password stands under the field. */
  readonly error: unknown
  /** Where there is no session yet to ask in: only the length is told while typing. */
  readonly is_asked?: boolean
}

export function NewPassword({ value, onChange, error, is_asked = true }: Props) {
  const t = useTexts(TEXTS)
  const [typed] = useDebouncedValue(value, ASKED_AFTER_MS)
  const asked = useQuery({
    // Not by the password: keys are kept longer than what is typed should be.
    queryKey: ['password-check', typed.length, fingerprint(typed)],
    queryFn: () => post<Judged>('/sign-in/password/check', { password: typed }, { background: true }),
    enabled: is_asked && typed !== '',
    gcTime: 0,
    retry: false,
    placeholderData: (before) => before,
  })
  const judged = value === '' ? undefined : asked.data
  const refused = isOfField(error, 'password') ? error.faults.map(({ code }) => code) : []
  const was_used = refused.includes('used_before')
  const broken = (rule: Rule): boolean | undefined => {
    if (rule === 'too_short') return value === '' ? undefined : [...value.normalize('NFC')].length < MIN_LENGTH
    if (rule === 'used_before') return was_used ? true : undefined
    return judged === undefined ? (refused.includes(rule) ? true : undefined) : judged.faults.includes(rule)
  }
  const others = (judged?.faults ?? refused).flatMap((code) =>
    code === 'too_long' || code === 'unwritable' ? [t.others[code]] : [],
  )
  const mark = judged === undefined ? undefined : Math.floor(judged.strength * 4)
  const own_error = was_used ? t.used : refused.length > 0 ? t.refused : undefined
  return (
    <Stack gap={6}>
      <PasswordInput
        label={t.label}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        autoComplete="new-password"
        maxLength={256}
        error={own_error ?? others[0]}
        required
      />
      {mark !== undefined && (
        <div>
          <Progress
            value={Math.max(4, (judged?.strength ?? 0) * 100)}
            color={mark >= 4 ? 'green.9' : 'orange.8'}
            aria-hidden
          />
          <Text size="xs" aria-live="polite">
            {t.strength}: {t.marks[mark]}
          </Text>
        </div>
      )}
      <List size="xs" listStyleType="none" spacing={2}>
        {RULES.map((rule) => (
          <RuleLine key={rule} text={t.rules[rule]} is_broken={broken(rule)} words={t} />
        ))}
      </List>
    </Stack>
  )
}

type LineProps = {
  readonly text: string
  readonly is_broken: boolean | undefined
  readonly words: { readonly kept: string; readonly broken: string; readonly open: string }
}

function RuleLine({ text, is_broken, words }: LineProps) {
  const state = is_broken === undefined ? words.open : is_broken ? words.broken : words.kept
  const sign = is_broken === undefined ? '○' : is_broken ? '✗' : '✓'
  const colour = is_broken === undefined ? 'gray.7' : is_broken ? 'red.9' : 'green.9'
  return (
    <List.Item c={colour}>
      <span aria-hidden>{sign} </span>
      {text}
      <span className="punte-hidden"> ({state})</span>
    </List.Item>
  )
}

/** Enough to tell one typed text from the next; not enough to find it. */
function fingerprint(text: string): number {
  let sum = 0
  for (const character of text) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521
  return sum
}
