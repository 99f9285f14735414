/** What is reported on: a period, one partner, one bank. In the address. */
import { Button, Group, NativeSelect, TextInput } from '@mantine/core'
import { useFilters } from '../../../shared/filters.ts'
import { manyOf } from '../../../shared/many.ts'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { partnerName } from '../partners/name.ts'
import type { Choices } from './model.ts'

const TEXTS = {
  ro: {
    from: 'De la',
    to: 'Până la',
    partner: 'Partener',
    bank: 'Bancă',
    all: 'toate',
    all_partners: 'toți',
    days: (n: number) => manyOf(n, 'zile'),
    today: 'Azi',
  },
  en: {
    from: 'From',
    to: 'To',
    partner: 'Partner',
    bank: 'Bank',
    all: 'all',
    all_partners: 'all',
    days: (n: number) => `${n} days`,
    today: 'Today',
  },
}

export const REPORT_FILTERS = ['from', 'to', 'client_id', 'bank_id'] as const
const RANGES = [1, 7, 30, 90, 365] as const
const DAY_MS = 24 * 60 * 60_000
const ROMANIAN_DAY = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Bucharest' })

/** @param period what is shown, where the address names none */
export function FilterBar({
  choices,
  period,
}: {
  readonly choices: Choices | undefined
  readonly period: { readonly from: string; readonly to: string } | undefined
}) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  const [filters, setFilters] = useFilters(REPORT_FILTERS)
  const lastDays = (count: number) => {
    const now = Date.now()
    setFilters({ from: ROMANIAN_DAY.format(now - (count - 1) * DAY_MS), to: ROMANIAN_DAY.format(now) })
  }
  return (
    <Group align="end" gap="sm">
      <TextInput
        type="date"
        label={t.from}
        value={filters.from || (period?.from ?? '')}
        onChange={(event) => setFilters({ from: event.currentTarget.value })}
      />
      <TextInput
        type="date"
        label={t.to}
        value={filters.to || (period?.to ?? '')}
        onChange={(event) => setFilters({ to: event.currentTarget.value })}
      />
      <NativeSelect
        label={t.partner}
        value={filters.client_id}
        onChange={(event) => setFilters({ client_id: event.currentTarget.value })}
        data={[
          { value: '', label: t.all_partners },
          ...(choices?.partners ?? []).map(({ client_id, name }) => ({
            value: client_id,
            label: partnerName(name, language),
          })),
        ]}
      />
      <NativeSelect
        label={t.bank}
        value={filters.bank_id}
        onChange={(event) => setFilters({ bank_id: event.currentTarget.value })}
        data={[
          { value: '', label: t.all },
          ...(choices?.banks ?? []).map(({ bank_id, name }) => ({ value: bank_id, label: name })),
        ]}
      />
      <Group gap={4}>
        {RANGES.map((count) => (
          <Button key={count} variant="default" size="xs" onClick={() => lastDays(count)}>
            {count === 1 ? t.today : t.days(count)}
          </Button>
        ))}
      </Group>
    </Group>
  )
}
