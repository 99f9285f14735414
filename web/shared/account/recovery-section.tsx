import { Button, Group, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { post } from '../api.ts'
import { useMe } from '../me.ts'
import { RecoveryCodes } from '../sign-in/recovery-codes.tsx'
import { useTexts } from '../texts.tsx'
import { ACCOUNT_KEY, type Account } from './account.ts'
import { Section } from './section.tsx'
import { WithPassword } from './with-password.tsx'

const TEXTS = {
  ro: {
    title: 'Coduri de recuperare',
    left: (count: number) =>
      count === 0
        ? 'Nu mai ai niciun cod. Fă altele acum: fără telefon și fără coduri numai un administrator te mai poate ajuta.'
        : count === 1
          ? 'Mai ai un singur cod nefolosit din 10.'
          : `Mai ai ${count} coduri nefolosite din 10.`,
    renew: 'Fă coduri noi',
    renew_text: 'Codurile de până acum nu vor mai fi bune.',
  },
  en: {
    title: 'Recovery codes',
    left: (count: number) =>
      count === 0
        ? 'You have no codes left. Create new ones now: without phone and codes only an administrator can help you.'
        : `You have ${count} of 10 codes left.`,
    renew: 'Create new codes',
    renew_text: 'The codes you have will stop working.',
  },
}

export function RecoverySection({ account }: { readonly account: Account }) {
  const t = useTexts(TEXTS)
  const { user_name } = useMe()
  const queries = useQueryClient()
  const [is_asked, setIsAsked] = useState(false)
  const [codes, setCodes] = useState<readonly string[]>()
  const { recovery_codes_left: left } = account
  return (
    <Section title={t.title}>
      {codes !== undefined ? (
        <RecoveryCodes codes={codes} user_name={user_name} onKept={() => setCodes(undefined)} />
      ) : (
        <>
          <Text size="sm" {...(left <= 2 && { c: 'red.9', fw: 600 })}>
            {t.left(left)}
          </Text>
          <Group>
            <Button variant="default" onClick={() => setIsAsked(true)}>
              {t.renew}
            </Button>
          </Group>
        </>
      )}
      {is_asked && (
        <WithPassword
          title={t.renew}
          text={t.renew_text}
          go={t.renew}
          act={(current) => post<{ readonly recovery_codes: readonly string[] }>('/me/recovery-codes', { current })}
          onDone={({ recovery_codes }) => {
            setIsAsked(false)
            setCodes(recovery_codes)
            void queries.invalidateQueries({ queryKey: ACCOUNT_KEY })
          }}
          onClose={() => setIsAsked(false)}
        />
      )}
    </Section>
  )
}
