/** One's own account: password, second factor, passkeys, sessions, language. */
import { Skeleton, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { get } from '../api.ts'
import { Page } from '../page.tsx'
import { Problem } from '../problem.tsx'
import { useTexts } from '../texts.tsx'
import { ACCOUNT_KEY, type Account } from './account.ts'
import { LanguageSection } from './language-section.tsx'
import { PasskeysSection } from './passkeys-section.tsx'
import { PasswordSection } from './password-section.tsx'
import { RecoverySection } from './recovery-section.tsx'
import { SessionsSection } from './sessions-section.tsx'

const TEXTS = { ro: { title: 'Contul meu' }, en: { title: 'My account' } }

export function AccountPage() {
  const t = useTexts(TEXTS)
  const account = useQuery({ queryKey: ACCOUNT_KEY, queryFn: () => get<Account>('/me/account') })
  return (
    <Page title={t.title}>
      {account.data === undefined ? (
        account.isPending ? (
          <Skeleton h={240} />
        ) : (
          <Problem error={account.error} />
        )
      ) : (
        <Stack gap="xl" maw={760}>
          <PasswordSection account={account.data} />
          <RecoverySection account={account.data} />
          <PasskeysSection account={account.data} />
          <SessionsSection account={account.data} />
          <LanguageSection />
        </Stack>
      )}
    </Page>
  )
}
