/**
 * What is looked for. It all stands in the address, so that a link or "back" shows the same; of people a search key stands
 * there, which the server makes.
 */
import { Button, Fieldset, Group, MultiSelect, NativeSelect, Pill, SimpleGrid, Stack, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { PaymentChoices } from '../../../../src/http/office/search-contract.ts'
import { get, post } from '../../../shared/api.ts'
import { useFilters } from '../../../shared/filters.ts'
import { Problem } from '../../../shared/problem.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { PAYMENT_STATUSES, REASONS, type Word, withCode } from '../../../shared/told/codes.ts'
import { partnerName } from '../partners/name.ts'
import { KEYS, KINDS } from './words.ts'

const TYPED = ['payment_id', 'end_to_end_id', 'amount_from', 'amount_to', 'from', 'to'] as const
const CHOSEN = ['partner', 'bank', 'status', 'kind', 'reason'] as const
const KEYED = ['debtor_iban_key', 'creditor_iban_key', 'email_key', 'payer_key'] as const
export const PAYMENT_FILTERS = [...TYPED, ...CHOSEN, ...KEYED] as const

const TEXTS = {
  ro: {
    legend: 'Caută plăți',
    payment_id: 'Numărul plății',
    end_to_end_id: 'Referința end-to-end',
    amount_from: 'Suma de la (lei)',
    amount_to: 'Suma până la (lei)',
    from: 'Din ziua',
    to: 'Până în ziua',
    reason: 'Motivul',
    partner: 'Partenerul',
    bank: 'Banca',
    status: 'Starea',
    kind: 'Felul',
    person: 'Persoana, după',
    value: 'Valoarea exactă',
    all: 'toate',
    all_of: { partner: 'toți', bank: 'toate', reason: 'oricare' },
    find: 'Caută',
    clear: 'Golește',
    exact: 'valoare exactă',
    remove: (what: string) => `Nu mai căuta după ${what}`,
  },
  en: {
    legend: 'Search payments',
    payment_id: 'Number of the payment',
    end_to_end_id: 'End-to-end reference',
    amount_from: 'Amount from (lei)',
    amount_to: 'Amount to (lei)',
    from: 'From the day',
    to: 'To the day',
    reason: 'Reason',
    partner: 'Partner',
    bank: 'Bank',
    status: 'Status',
    kind: 'Kind',
    person: 'Person, by',
    value: 'Exact value',
    all: 'all',
    all_of: { partner: 'all', bank: 'all', reason: 'any' },
    find: 'Search',
    clear: 'Clear',
    exact: 'exact value',
    remove: (what: string) => `Search no longer by ${what}`,
  },
}

export function usePaymentChoices(): PaymentChoices {
  const choices = useQuery({
    queryKey: ['payment-choices'],
    queryFn: () => get<PaymentChoices>('/payments/choices'),
    staleTime: 60_000,
  })
  const { language } = useLanguage()
  if (choices.data === undefined) return { partners: [], banks: [], merchants: [] }
  const named = <T extends { readonly name: string }>(one: T): T => ({ ...one, name: partnerName(one.name, language) })
  return { ...choices.data, partners: choices.data.partners.map(named) }
}

/** Names of the banks as people know them. */
export function useBankName(): (bank_id: string | null) => string {
  const { banks } = usePaymentChoices()
  return (bank_id) => banks.find((bank) => bank.bank_id === bank_id)?.name ?? bank_id ?? '–'
}

export function PaymentFilterForm() {
  const [filters, setFilters] = useFilters(PAYMENT_FILTERS)
  // A link or "back" brings other filters: the form begins anew with them.
  return <Form key={JSON.stringify(filters)} filters={filters} setFilters={setFilters} />
}

type Filters = ReturnType<typeof useFilters<(typeof PAYMENT_FILTERS)[number]>>
type Choice = { readonly value: string; readonly label: string }
type FormProps = { readonly filters: Filters[0]; readonly setFilters: Filters[1] }

function Form({ filters, setFilters }: FormProps) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const choices = usePaymentChoices()
  const [typed, setTyped] = useState<Record<string, string>>(() => ({ ...filters }))
  const [person, setPerson] = useState<(typeof KEYED)[number]>('debtor_iban_key')
  const [value, setValue] = useState('')
  const key = useMutation({
    mutationFn: () => post<{ readonly key: string }>('/payments/keys', { field: person, value }),
  })
  const set = (name: string, text: string) => setTyped((now) => ({ ...now, [name]: text }))
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const given = Object.fromEntries([...TYPED, ...CHOSEN].map((name) => [name, typed[name]?.trim() ?? '']))
    if (value.trim() === '') return setFilters(given)
    const answer = await key.mutateAsync().catch(() => undefined)
    if (answer !== undefined) setFilters({ ...given, [person]: answer.key })
  }
  const several = (name: 'status' | 'kind', words: Readonly<Record<string, Word>>) => (
    <MultiSelect
      label={t[name]}
      data={Object.entries(words).map(([code, word]) => ({ value: code, label: label(code, word[language]) }))}
      value={(typed[name] ?? '').split(',').filter((one) => one !== '')}
      onChange={(chosen) => set(name, chosen.join(','))}
      placeholder={typed[name] === '' ? t.all : ''}
      clearable
      hidePickedOptions
    />
  )
  const one = (name: 'partner' | 'bank' | 'reason', data: readonly Choice[]) => (
    <NativeSelect
      label={t[name]}
      value={typed[name] ?? ''}
      onChange={(event) => set(name, event.currentTarget.value)}
      data={[{ value: '', label: t.all_of[name] }, ...data]}
    />
  )
  const reasons = Object.entries(REASONS).map(([value, word]) => ({ value, label: withCode(word[language], value) }))
  const text = (name: (typeof TYPED)[number], type: 'text' | 'date' = 'text') => (
    <TextInput
      label={t[name]}
      type={type}
      value={typed[name] ?? ''}
      onChange={(event) => set(name, event.currentTarget.value)}
      autoComplete="off"
    />
  )
  return (
    <form onSubmit={submit}>
      <Fieldset legend={t.legend} p="sm">
        <Stack gap="sm">
          <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm" verticalSpacing="xs">
            {text('payment_id')}
            {text('end_to_end_id')}
            {one(
              'partner',
              choices.partners.map(({ client_id, name }) => ({ value: client_id, label: name })),
            )}
            {one(
              'bank',
              choices.banks.map(({ bank_id, name }) => ({ value: bank_id, label: name })),
            )}
            {several('status', PAYMENT_STATUSES)}
            {several('kind', KINDS)}
            {text('from', 'date')}
            {text('to', 'date')}
            {text('amount_from')}
            {text('amount_to')}
            {one('reason', reasons)}
          </SimpleGrid>
          <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm" verticalSpacing="xs">
            <NativeSelect
              label={t.person}
              value={person}
              onChange={(event) => setPerson(event.currentTarget.value as typeof person)}
              data={KEYED.map((name) => ({ value: name, label: KEYS[name]?.[language] ?? name }))}
            />
            <TextInput
              label={t.value}
              value={value}
              onChange={(event) => setValue(event.currentTarget.value)}
              maxLength={254}
              autoComplete="off"
              spellCheck={false}
            />
          </SimpleGrid>
          <Problem error={key.error} />
          <Group gap="xs">
            <Button type="submit" loading={key.isPending}>
              {t.find}
            </Button>
            <Button
              variant="default"
              onClick={() => setFilters(Object.fromEntries(PAYMENT_FILTERS.map((name) => [name, ''])))}
            >
              {t.clear}
            </Button>
            {KEYED.filter((name) => filters[name] !== '').map((name) => (
              <Pill
                key={name}
                withRemoveButton
                onRemove={() => setFilters({ [name]: '' })}
                removeButtonProps={{
                  'aria-label': t.remove(KEYS[name]?.[language] ?? name),
                  'aria-hidden': false,
                  tabIndex: 0,
                }}
              >
                {KEYS[name]?.[language]}: {t.exact}
              </Pill>
            ))}
          </Group>
        </Stack>
      </Fieldset>
    </form>
  )
}

const label = (code: string, word: string): string => (code === code.toUpperCase() ? `${code} · ${word}` : word)
