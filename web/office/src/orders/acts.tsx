/** What may be done with an order by hand: ask the acquirer, pay back, close by the acquirer's word. */
import { Button, NativeSelect, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ShownOrder } from '../../../../src/http/office/search-contract.ts'
import { post } from '../../../shared/api.ts'
import { useMay } from '../../../shared/me.ts'
import { Problem } from '../../../shared/problem.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { ProposeDialog, type Proposed, ProposedNotice } from '../approvals/proposed.tsx'
import { exponentOf } from './exponent.ts'

const TEXTS = {
  ro: {
    point: ',',
    ask: 'Întreabă acceptatorul acum',
    refund: 'Propune o rambursare',
    refund_text: (left: string) => `Se poate rambursa cel mult ${left}. După aprobare se trimite acceptatorului.`,
    amount: (currency: string) => `Suma (${currency})`,
    bad_amount: 'Suma nu este bună.',
    close: 'Propune închiderea',
    close_text: 'Încheie tranzacția în curs după cuvântul oamenilor acceptatorului.',
    word: 'Acceptatorul spune că',
    success: 'a reușit',
    failure: 'nu a avut loc',
  },
  en: {
    point: '.',
    ask: 'Ask the acquirer now',
    refund: 'Propose a refund',
    refund_text: (left: string) => `At most ${left} can be refunded. Once approved, it is sent to the acquirer.`,
    amount: (currency: string) => `Amount (${currency})`,
    bad_amount: 'The amount is not valid.',
    close: 'Propose closing it',
    close_text: "Ends the pending transaction according to what the acquirer's staff say.",
    word: 'According to the acquirer it',
    success: 'succeeded',
    failure: 'did not happen',
  },
}

type Props = { readonly shown: ShownOrder; readonly path: string }

export function OrderActs({ shown: { order }, path }: Props) {
  const t = useTexts(TEXTS)
  const may_ask = useMay('order.ask')
  const may_refund = useMay('order.refund')
  const may_close = useMay('order.close')
  const queries = useQueryClient()
  const is_live = order.live_transaction_id !== null
  const ask = useMutation({
    mutationFn: () => post(`${path}/question`),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['order'] })
      void queries.invalidateQueries({ queryKey: ['timeline'] })
    },
  })
  return (
    <>
      {may_ask && is_live && (
        <Button variant="default" loading={ask.isPending} onClick={() => ask.mutate()}>
          {t.ask}
        </Button>
      )}
      {may_refund && !is_live && order.captured_minor > order.refunded_minor && <Refund order={order} path={path} />}
      {may_close && is_live && <Closing path={path} />}
      <Problem error={ask.error} />
    </>
  )
}

function Refund({ order, path }: { readonly order: ShownOrder['order']; readonly path: string }) {
  const t = useTexts(TEXTS)
  const digits = exponentOf(order.currency)
  const left_minor = order.captured_minor - order.refunded_minor
  const left = (left_minor / 10 ** digits).toFixed(digits).replace('.', t.point)
  const [is_open, setOpen] = useState(false)
  const [proposed, setProposed] = useState<Proposed>()
  const [amount, setAmount] = useState(left)
  const amount_minor = minorOf(amount, digits)
  const is_bad = amount_minor === undefined || amount_minor < 1 || amount_minor > left_minor
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        {t.refund}
      </Button>
      <ProposedNotice proposed={proposed} />
      <ProposeDialog
        title={t.refund}
        opened={is_open}
        path={`${path}/refund`}
        // What is not good is refused there, too.
        body={{ amount_minor: amount_minor ?? 0 }}
        onClose={() => setOpen(false)}
        onProposed={setProposed}
      >
        <Text size="sm">{t.refund_text(`${left} ${order.currency}`)}</Text>
        <TextInput
          label={t.amount(order.currency)}
          value={amount}
          onChange={(event) => setAmount(event.currentTarget.value)}
          error={is_bad && t.bad_amount}
          inputMode="decimal"
          required
        />
      </ProposeDialog>
    </>
  )
}

function minorOf(text: string, digits: number): number | undefined {
  const [, whole, decimals = ''] = /^(\d{1,12})(?:[.,](\d{0,4}))?$/.exec(text.trim()) ?? []
  if (whole === undefined || decimals.length > digits) return undefined
  return Number(whole + decimals.padEnd(digits, '0'))
}

function Closing({ path }: { readonly path: string }) {
  const t = useTexts(TEXTS)
  const [is_open, setOpen] = useState(false)
  const [proposed, setProposed] = useState<Proposed>()
  const [word, setWord] = useState('failure')
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        {t.close}
      </Button>
      <ProposedNotice proposed={proposed} />
      <ProposeDialog
        title={t.close}
        opened={is_open}
        path={`${path}/closing`}
        body={{ is_success: word === 'success' }}
        onClose={() => setOpen(false)}
        onProposed={setProposed}
      >
        <Text size="sm">{t.close_text}</Text>
        <NativeSelect
          label={t.word}
          value={word}
          onChange={(event) => setWord(event.currentTarget.value)}
          data={[
            { value: 'failure', label: t.failure },
            { value: 'success', label: t.success },
          ]}
        />
      </ProposeDialog>
    </>
  )
}
