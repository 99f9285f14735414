/** What is known of an incident, as the criteria ask for it. */
import { Checkbox, Fieldset, NumberInput, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import type { Facts } from './model.ts'

const TEXTS = {
  ro: {
    title: 'Pe scurt',
    description: 'Descriere',
    critical_services: 'Au fost afectate servicii critice (serviciul autorizat sau funcții critice)',
    clients: 'Clienți, contrapărți, tranzacții',
    clients_affected: 'Clienți afectați',
    clients_total: 'Clienți ai serviciului',
    counterparts_affected: 'Contrapărți afectate',
    counterparts_total: 'Contrapărți în total',
    transactions_affected: 'Tranzacții afectate',
    transactions_daily_mean: 'Tranzacții pe zi, în medie',
    affected_lei: 'Suma afectată (lei)',
    daily_mean_lei: 'Suma pe zi, în medie (lei)',
    relevant_client: 'Este afectat un client sau o contraparte importantă',
    reputation: 'Reputație',
    in_media: 'A apărut în presă',
    repeated_complaints: 'Reclamații repetate',
    duties_at_risk: 'Obligații legale care nu pot fi îndeplinite',
    clients_lost: 'Clienți pierduți sau pe cale să plece',
    extent: 'Durată și întindere',
    duration_h: 'Durata (ore)',
    downtime_h: 'Indisponibilitate (ore)',
    member_states: 'State membre afectate',
    damage: 'Date și costuri',
    data_lost: 'Date pierdute, alterate sau dezvăluite',
    malicious_access: 'Acces rău-intenționat reușit, cu posibile pierderi de date',
    cost_eur: 'Costuri și pierderi (euro)',
  },
  en: {
    title: 'Overview',
    description: 'Description',
    critical_services: 'Critical services were affected (the authorised service, or critical functions)',
    clients: 'Clients, counterparts, transactions',
    clients_affected: 'Clients affected',
    clients_total: 'Clients of the service',
    counterparts_affected: 'Counterparts affected',
    counterparts_total: 'Counterparts in total',
    transactions_affected: 'Transactions affected',
    transactions_daily_mean: 'Transactions per day, mean',
    affected_lei: 'Amount affected (lei)',
    daily_mean_lei: 'Amount per day, mean (lei)',
    relevant_client: 'An important client or counterpart is affected',
    reputation: 'Reputation',
    in_media: 'It was in the media',
    repeated_complaints: 'Repeated complaints',
    duties_at_risk: 'Legal obligations that cannot be met',
    clients_lost: 'Clients lost, or about to leave',
    extent: 'Duration and spread',
    duration_h: 'Duration (hours)',
    downtime_h: 'Downtime (hours)',
    member_states: 'Member States affected',
    damage: 'Data and costs',
    data_lost: 'Data lost, altered or disclosed',
    malicious_access: 'Successful malicious access; data may be lost',
    cost_eur: 'Costs and losses (euro)',
  },
}

type NumberName = Exclude<
  { [K in keyof Facts]-?: NonNullable<Facts[K]> extends number ? K : never }[keyof Facts],
  undefined
>
type YesName = Exclude<
  { [K in keyof Facts]-?: NonNullable<Facts[K]> extends boolean ? K : never }[keyof Facts],
  undefined
>

type Props = { readonly facts: Facts; readonly is_fixed: boolean; readonly onChange: (facts: Facts) => void }

export function FactsForm({ facts, is_fixed, onChange }: Props) {
  const t = useTexts(TEXTS)
  const { language } = useLanguage()
  /** Empty takes the fact away: not known. */
  const set = (name: keyof Facts, value: string | number | boolean | undefined) => {
    const { [name]: _former, ...rest } = facts
    onChange((value === undefined || value === '' || value === false ? rest : { ...rest, [name]: value }) as Facts)
  }
  const yes = (name: YesName) => (
    <Checkbox
      key={name}
      label={t[name]}
      checked={facts[name] === true}
      disabled={is_fixed}
      onChange={(event) => set(name, event.currentTarget.checked)}
    />
  )
  const number = (name: NumberName, label: string, { scale = 1, decimals = 0 } = {}) => (
    <NumberInput
      key={name}
      label={label}
      min={0}
      decimalScale={decimals}
      decimalSeparator={language === 'ro' ? ',' : '.'}
      value={facts[name] === undefined ? '' : facts[name] / scale}
      disabled={is_fixed}
      onChange={(value) => set(name, value === '' ? undefined : Math.round(Number(value) * scale * 100) / 100)}
    />
  )
  return (
    <Stack gap="sm">
      <TextInput
        label={t.title}
        required
        maxLength={150}
        value={facts.title}
        disabled={is_fixed}
        onChange={(event) => onChange({ ...facts, title: event.currentTarget.value })}
      />
      <Textarea
        label={t.description}
        autosize
        minRows={3}
        maxLength={8000}
        value={facts.description ?? ''}
        disabled={is_fixed}
        onChange={(event) => set('description', event.currentTarget.value)}
      />
      {yes('critical_services')}
      <Fieldset legend={t.clients}>
        <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} spacing="sm" mb="sm">
          {number('clients_affected', t.clients_affected)}
          {number('clients_total', t.clients_total)}
          {number('counterparts_affected', t.counterparts_affected)}
          {number('counterparts_total', t.counterparts_total)}
          {number('transactions_affected', t.transactions_affected)}
          {number('transactions_daily_mean', t.transactions_daily_mean)}
          {number('affected_minor', t.affected_lei, { scale: 100, decimals: 2 })}
          {number('daily_mean_minor', t.daily_mean_lei, { scale: 100, decimals: 2 })}
        </SimpleGrid>
        {yes('relevant_client')}
      </Fieldset>
      <Fieldset legend={t.reputation}>
        <Stack gap="xs">
          {(['in_media', 'repeated_complaints', 'duties_at_risk', 'clients_lost'] as const).map(yes)}
        </Stack>
      </Fieldset>
      <Fieldset legend={t.extent}>
        <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
          {number('duration_h', t.duration_h, { decimals: 2 })}
          {number('downtime_h', t.downtime_h, { decimals: 2 })}
          {number('member_states', t.member_states)}
        </SimpleGrid>
      </Fieldset>
      <Fieldset legend={t.damage}>
        <Stack gap="xs">
          {yes('data_lost')}
          {yes('malicious_access')}
          {number('cost_eur', t.cost_eur)}
        </Stack>
      </Fieldset>
    </Stack>
  )
}
