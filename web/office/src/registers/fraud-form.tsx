/** The half-yearly figures of fraud: by area, channel and authentication; and by type, for the own record. */
import { Alert, Fieldset, NumberInput, Stack, Text, Textarea } from '@mantine/core'
import { DataTable } from '../../../shared/data-table.tsx'
import { useLanguage, useTexts } from '../../../shared/texts.tsx'
import { useNumbers } from '../reports/numbers.ts'
import { AREAS, type Cell, CHANNELS, type FraudContent } from './model.ts'

const TEXTS = {
  ro: {
    about:
      'Plăți inițiate prin noi și executate, și cele frauduloase dintre ele (EBA/GL/2018/05, anexa 2, tabelul H). Toate sunt transferuri credit. Cifrele propuse sunt din registrele noastre, după ziua încasării; fraudele le completați.',
    areas: { domestic: 'Naționale', eea: 'Transfrontaliere în SEE', other: 'Transfrontaliere în afara SEE' },
    channels: {
      remote_sca: 'La distanță, cu autentificare strictă',
      remote_other: 'La distanță, fără autentificare strictă',
      present_sca: 'Nu la distanță, cu autentificare strictă',
      present_other: 'Nu la distanță, fără autentificare strictă',
    },
    types: 'Fraude pe tipuri (evidența proprie)',
    unauthorised: 'Plăți neautorizate',
    manipulated: 'Plătitor manipulat',
    channel: 'Canal',
    type: 'Tip',
    payments: 'Plăți',
    payments_lei: 'Suma (lei)',
    frauds: 'Frauduloase',
    frauds_lei: 'Suma frauduloasă (lei)',
    note: 'Observații',
    total: (count: string, sum: string, frauds: string, fraud_sum: string) =>
      `În total ${count} plăți, ${sum}; frauduloase ${frauds}, ${fraud_sum}.`,
    unequal: 'Fraudele pe tipuri și pe canale nu dau același total.',
  },
  en: {
    about:
      'Payments initiated by us and executed, and the fraudulent ones among them (EBA/GL/2018/05, annex 2, table H). All are credit transfers. What is proposed comes from our books, by the day of settlement; frauds are filled in by you.',
    areas: { domestic: 'Domestic', eea: 'Cross-border within the EEA', other: 'Cross-border outside the EEA' },
    channels: {
      remote_sca: 'Remote, with strong authentication',
      remote_other: 'Remote, without strong authentication',
      present_sca: 'Not remote, with strong authentication',
      present_other: 'Not remote, without strong authentication',
    },
    types: 'Frauds by type (own records)',
    unauthorised: 'Unauthorised payments',
    manipulated: 'Payer manipulated',
    channel: 'Channel',
    type: 'Type',
    payments: 'Payments',
    payments_lei: 'Amount (lei)',
    frauds: 'Fraudulent',
    frauds_lei: 'Fraudulent amount (lei)',
    note: 'Remarks',
    total: (count: string, sum: string, frauds: string, fraud_sum: string) =>
      `In total ${count} payments, ${sum}; fraudulent: ${frauds}, ${fraud_sum}.`,
    unequal: 'Frauds by type and by channel do not add up to the same.',
  },
}

type Props = {
  readonly content: FraudContent
  readonly is_fixed: boolean
  readonly onChange: (content: FraudContent) => void
}

export function FraudForm({ content, is_fixed, onChange }: Props) {
  const t = useTexts(TEXTS)
  const n = useNumbers()
  const cells = AREAS.flatMap((area) => CHANNELS.map((channel) => content.areas[area][channel]))
  const sum = (name: keyof Cell) => cells.reduce((total, cell) => total + cell[name], 0)
  const { unauthorised, manipulated } = content.types
  const is_unequal =
    sum('fraud_count') !== unauthorised.fraud_count + manipulated.fraud_count ||
    sum('fraud_minor') !== unauthorised.fraud_minor + manipulated.fraud_minor
  const setCell = (area: (typeof AREAS)[number], channel: (typeof CHANNELS)[number], cell: Cell) =>
    onChange({ ...content, areas: { ...content.areas, [area]: { ...content.areas[area], [channel]: cell } } })
  return (
    <Stack gap="sm">
      <Text size="sm">{t.about}</Text>
      {AREAS.map((area) => (
        <Fieldset key={area} legend={t.areas[area]}>
          <DataTable
            caption={t.areas[area]}
            rows={CHANNELS}
            rowKey={(channel) => channel}
            empty=""
            columns={[
              { key: 'channel', title: t.channel, cell: (channel) => t.channels[channel] },
              ...(['payment_count', 'payment_minor', 'fraud_count', 'fraud_minor'] as const).map((name) => ({
                key: name,
                title: titleOf(t, name),
                cell: (channel: (typeof CHANNELS)[number]) => (
                  <Figure
                    name={`${t.areas[area]}, ${t.channels[channel]}: ${titleOf(t, name)}`}
                    value={content.areas[area][channel][name]}
                    is_money={name.endsWith('_minor')}
                    is_fixed={is_fixed}
                    onChange={(value) => setCell(area, channel, { ...content.areas[area][channel], [name]: value })}
                  />
                ),
              })),
            ]}
          />
        </Fieldset>
      ))}
      <Fieldset legend={t.types}>
        <DataTable
          caption={t.types}
          rows={['unauthorised', 'manipulated'] as const}
          rowKey={(type) => type}
          empty=""
          columns={[
            { key: 'type', title: t.type, cell: (type) => t[type] },
            ...(['fraud_count', 'fraud_minor'] as const).map((name) => ({
              key: name,
              title: titleOf(t, name),
              cell: (type: 'unauthorised' | 'manipulated') => (
                <Figure
                  name={`${t[type]}: ${titleOf(t, name)}`}
                  value={content.types[type][name]}
                  is_money={name === 'fraud_minor'}
                  is_fixed={is_fixed}
                  onChange={(value) =>
                    onChange({
                      ...content,
                      types: { ...content.types, [type]: { ...content.types[type], [name]: value } },
                    })
                  }
                />
              ),
            })),
          ]}
        />
      </Fieldset>
      <Text aria-live="polite">
        {t.total(
          n.whole(sum('payment_count')),
          n.lei(sum('payment_minor')),
          n.whole(sum('fraud_count')),
          n.lei(sum('fraud_minor')),
        )}
      </Text>
      {is_unequal && (
        <Alert color="orange" variant="light">
          {t.unequal}
        </Alert>
      )}
      <Textarea
        label={t.note}
        autosize
        minRows={2}
        maxLength={4000}
        readOnly={is_fixed}
        value={content.note ?? ''}
        onChange={(event) => onChange({ ...content, note: event.currentTarget.value })}
      />
    </Stack>
  )
}

type Words = {
  readonly payments: string
  readonly payments_lei: string
  readonly frauds: string
  readonly frauds_lei: string
}
const titleOf = (t: Words, name: keyof Cell): string =>
  ({ payment_count: t.payments, payment_minor: t.payments_lei, fraud_count: t.frauds, fraud_minor: t.frauds_lei })[name]

type FigureProps = {
  readonly name: string
  /** A count, or bani. */
  readonly value: number
  readonly is_money: boolean
  readonly is_fixed: boolean
  readonly onChange: (value: number) => void
}

function Figure({ name, value, is_money, is_fixed, onChange }: FigureProps) {
  const { language } = useLanguage()
  const scale = is_money ? 100 : 1
  return (
    <NumberInput
      aria-label={name}
      size="xs"
      w={130}
      min={0}
      hideControls
      decimalSeparator={language === 'ro' ? ',' : '.'}
      thousandSeparator={language === 'ro' ? '.' : ','}
      decimalScale={is_money ? 2 : 0}
      fixedDecimalScale={is_money}
      value={value / scale}
      readOnly={is_fixed}
      onChange={(given) => onChange(Math.round(Number(given === '' ? 0 : given) * scale))}
    />
  )
}
