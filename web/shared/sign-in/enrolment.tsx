/** The second factor is made: a secret for an authenticator app, as a picture and as text, and the first code of it. */
import { Anchor, Code, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { post } from '../api.ts'
import { Problem } from '../problem.tsx'
import { useTexts } from '../texts.tsx'
import { CodeStep } from './code-step.tsx'
import type { StepProps } from './step.ts'

const TEXTS = {
  ro: {
    scan: 'Scanează codul cu aplicația, apoi scrie codul de 6 cifre pe care îl arată.',
    picture: 'Cod QR pentru aplicația de autentificare',
    secret: 'Sau scrie în aplicație cheia:',
    open: 'Deschide aplicația de pe acest dispozitiv',
    app_code: 'Codul din aplicație',
  },
  en: {
    scan: 'Scan the code with the app, then type the 6 digits that it shows.',
    picture: 'QR code for the authenticator app',
    secret: 'Or type this key into the app:',
    open: 'Open the app on this device',
    app_code: 'Code from the app',
  },
}

type Enrolment = { readonly secret: string; readonly address: string; readonly qr_svg: string }

export function EnrolmentStep({ onDone, onLost }: StepProps) {
  const t = useTexts(TEXTS)
  const begun = useQuery({
    queryKey: ['enrolment'],
    queryFn: () => post<Enrolment>('/sign-in/enrolment'),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  })
  if (begun.data === undefined) return <Problem error={begun.error} />
  const { secret, address, qr_svg } = begun.data
  return (
    <>
      <Text size="sm">{t.scan}</Text>
      <img
        alt={t.picture}
        width={200}
        height={200}
        src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(qr_svg)}`}
      />
      <Text size="sm">
        {t.secret} <Code>{(secret.match(/.{1,4}/g) ?? []).join(' ')}</Code>
      </Text>
      <Anchor size="sm" href={address}>
        {t.open}
      </Anchor>
      <CodeStep path="/sign-in/enrolment/confirm" label={t.app_code} onDone={onDone} onLost={onLost} />
    </>
  )
}
