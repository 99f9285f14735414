/** Whether the log is whole: what the last proof found, a proof now as it goes, and an anchor to be kept elsewhere. */
import { Alert, Button, FileInput, Group, Progress, Stack, Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ChainFault } from '../../../../src/http/office/code-contract.ts'
import { ApiError, addressOf, get } from '../../../shared/api.ts'
import { manyOf } from '../../../shared/many.ts'
import { useMay } from '../../../shared/me.ts'
import { Moment } from '../../../shared/moment.tsx'
import { Problem } from '../../../shared/problem.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import type { AuditState } from './model.ts'

const TEXTS = {
  ro: {
    last: (n: number) => `Jurnalul are ${manyOf(n, 'acte')}; ultimul:`,
    verified: (n: string) => `Verificat ultima dată până la actul ${n}, întreg:`,
    broken: (n: string) => `La ultima verificare jurnalul NU era întreg, de la actul ${n}:`,
    never: 'Nu a fost încă verificat de aici.',
    verify: 'Verifică acum',
    anchor: 'Descarcă ancora',
    anchor_file: 'Față de o ancoră păstrată (opțional)',
    running: (n: number, of: number) => `Verific: ${n} din ${of}`,
    whole: (n: number) => `Întreg: ${manyOf(n, 'acte')}, fiecare cum a fost scris.`,
    not_whole: (n: number, fault: string) => `Actul ${n} ${fault}.`,
    faults: {
      missing: 'lipsește',
      unlinked: 'nu urmează după cel dinaintea lui',
      changed: 'a fost schimbat după ce a fost scris',
      anchored_otherwise: 'nu este cel din ancoră: jurnalul a fost scris din nou',
      cut: 'lipsește, deși ancora îl cunoaște: jurnalul a fost retezat',
    } satisfies Readonly<Record<ChainFault, string>>,
    failed: 'Verificarea nu s-a putut încheia.',
  },
  en: {
    last: (n: number) => `The log holds ${n} acts; the latest:`,
    verified: (n: string) => `Last verified up to act ${n}, intact:`,
    broken: (n: string) => `At the last verification the log was NOT intact, from act ${n} on:`,
    never: 'It has not been verified from here yet.',
    verify: 'Verify now',
    anchor: 'Download anchor',
    anchor_file: 'Against a saved anchor (optional)',
    running: (n: number, of: number) => `Verifying: ${n} of ${of}`,
    whole: (n: number) => `Intact: ${n} acts, each as it was written.`,
    not_whole: (n: number, fault: string) => `Act ${n} ${fault}.`,
    faults: {
      missing: 'is missing',
      unlinked: 'does not follow from the one before it',
      changed: 'was changed after it was written',
      anchored_otherwise: 'is not the one in the anchor: the log was written anew',
      cut: 'is missing although the anchor knows it: the log was cut off',
    } satisfies Readonly<Record<ChainFault, string>>,
    failed: 'The verification could not be completed.',
  },
}

type Verdict =
  | { readonly whole: true; readonly rows: number }
  | { readonly whole: false; readonly number: number; readonly fault: ChainFault }
type Line = { readonly proved?: number; readonly of?: number; readonly verdict?: Verdict; readonly failed?: true }

const MAX_ANCHOR = 2_000

export function Verification() {
  const t = useTexts(TEXTS)
  const may_verify = useMay('audit.verify')
  const state = useQuery({ queryKey: ['audit-state'], queryFn: () => get<AuditState>('/audit/state') })
  const { last, verified } = state.data ?? {}
  const said = verified?.after
  return (
    <Stack gap="xs">
      <Problem error={state.error} />
      {last != null && (
        <Text size="sm">
          {t.last(last.number)} <Moment at={last.at} />.{' '}
          {verified == null ? (
            t.never
          ) : (
            <>
              {said?.whole === true ? t.verified(String(said.rows)) : t.broken(String(said?.number ?? '?'))}{' '}
              <Moment at={verified.at} />.
            </>
          )}
        </Text>
      )}
      {may_verify && <VerifyNow />}
    </Stack>
  )
}

function VerifyNow() {
  const t = useTexts(TEXTS)
  const queries = useQueryClient()
  const [anchor, setAnchor] = useState<File | null>(null)
  const [line, setLine] = useState<Line>()
  const [error, setError] = useState<unknown>(null)
  const [is_running, setRunning] = useState(false)
  const verify = async () => {
    setRunning(true)
    setError(null)
    setLine(undefined)
    try {
      const text = anchor === null ? undefined : await anchor.slice(0, MAX_ANCHOR).text()
      await readLines(text, setLine)
    } catch (fault) {
      setError(fault)
    } finally {
      setRunning(false)
      await Promise.all(['audit-state', 'audit'].map((key) => queries.invalidateQueries({ queryKey: [key] })))
    }
  }
  const { proved = 0, of = 0, verdict } = line ?? {}
  return (
    <>
      <Group align="end" gap="sm">
        <FileInput
          label={t.anchor_file}
          accept=".json,application/json"
          value={anchor}
          onChange={setAnchor}
          clearable
          w={280}
        />
        <Button onClick={verify} loading={is_running}>
          {t.verify}
        </Button>
        <Button component="a" variant="default" href={addressOf('/audit/anchor')} download>
          {t.anchor}
        </Button>
      </Group>
      <Problem error={error} />
      <div aria-live="polite">
        {is_running && of > 0 && (
          <>
            <Text size="sm">{t.running(proved, of)}</Text>
            <Progress value={(100 * proved) / of} aria-label={t.running(proved, of)} />
          </>
        )}
        {!is_running && line !== undefined && verdict === undefined && <Alert color="red">{t.failed}</Alert>}
        {verdict !== undefined && (
          <Alert color={verdict.whole ? 'green' : 'red'} variant="light">
            {verdict.whole ? t.whole(verdict.rows) : t.not_whole(verdict.number, t.faults[verdict.fault])}
          </Alert>
        )}
      </div>
    </>
  )
}

/** The answer comes line by line, as the proof goes on. @throws ApiError */
async function readLines(anchor: string | undefined, onLine: (line: Line) => void): Promise<void> {
  const response = await fetch(addressOf('/audit/verification'), {
    method: 'POST',
    headers: { 'x-punte-call': '1', 'content-type': 'application/json' },
    body: JSON.stringify(anchor === undefined ? {} : { anchor }),
  })
  if (!response.ok || response.body === null)
    throw new ApiError(response.status, (await response.json().catch(() => ({}))) as Partial<ApiError>)
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (;;) {
    const { value, done } = await reader.read()
    if (done) return
    const lines = (rest + value).split('\n')
    rest = lines.pop() ?? ''
    for (const text of lines) if (text !== '') onLine(JSON.parse(text) as Line)
  }
}
