/** Over every page of a partner that does not work: why, what still can be done, and whom to ask. */
import { Alert, Text } from '@mantine/core'
import { Moment } from '../../../shared/moment.tsx'
import { useTexts } from '../../../shared/texts.tsx'
import { useCompany } from './company.ts'

const TEXTS = {
  ro: {
    titles: {
      suspended: 'Compania este suspendată',
      ended: 'Relația cu operatorul s-a încheiat',
      closed: 'Accesul la acest portal s-a încheiat',
    },
    why: {
      review: 'Verificarea anuală a depășit termenul',
      operator: 'Operatorul a suspendat compania',
      ended: 'Compania nu mai este parteneră',
    },
    since: 'din',
    suspended:
      'Apelurile ei sunt refuzate; plățile deja trimise băncilor își urmează cursul. Poți vedea tot, retrimite notificări, anunța schimbări, opri utilizatori și încheia parole. Chei, parole și certificate noi, invitații și roluri așteaptă până când compania este din nou activă.',
    ended: 'Poți vedea plățile și notificările ei, și retrimite notificări, până la',
    closed: 'Datele se mai păstrează cât cere legea, dar nu mai sunt arătate aici.',
    ask: 'Întreabă operatorul:',
  },
  en: {
    titles: {
      suspended: 'Your company is suspended',
      ended: 'The relationship with the operator has ended',
      closed: 'Access to this portal has ended',
    },
    why: {
      review: 'Its yearly review is overdue',
      operator: 'The operator has suspended it',
      ended: 'Your company is no longer a partner',
    },
    since: 'since',
    suspended:
      'Its calls are refused; payments already sent to banks run their course. You can see everything, send webhooks again, tell of changes, stop people and end passwords. New secrets, passwords and certificates, invitations and roles wait until your company is active again.',
    ended: 'You can see its payments and webhooks, and send webhooks again, until',
    closed: 'Its data are kept for as long as the law requires, and are no longer shown here.',
    ask: 'Ask the operator:',
  },
}

export function StandingBanner() {
  const t = useTexts(TEXTS)
  const company = useCompany()
  if (company === undefined || company.access === 'open') return null
  const { access, why, since, until, operator } = company
  return (
    <Alert
      color={access === 'suspended' ? 'red' : 'gray'}
      variant="light"
      c="dark"
      role="status"
      mb="md"
      title={t.titles[access]}
    >
      <Text size="sm">
        {why !== null && t.why[why]}
        {since !== null && (
          <>
            {' '}
            ({t.since} <Moment at={since} only="date" />)
          </>
        )}
        .
      </Text>
      <Text size="sm">
        {t[access]}
        {access === 'ended' && (
          <>
            {' '}
            <Moment at={until} only="date" />.
          </>
        )}
      </Text>
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {t.ask} {operator.name}, {operator.contact}
      </Text>
    </Alert>
  )
}
