/** A password that somebody else made: shown once, to be told to its owner. */
import { Alert, Button, Code, CopyButton, Group, Stack, Text } from '@mantine/core'
import { useTexts } from '../../../shared/texts.tsx'

const TEXTS = {
  ro: {
    title: (user: string) => `Parola de unică folosință a lui ${user}`,
    text: 'Este arătată acum, o singură dată. Spune-i-o personal sau la telefon, nu prin e-mail. E bună trei zile; la prima intrare își alege parola proprie și își leagă aplicația de autentificare.',
    copy: 'Copiază',
    copied: 'Copiată',
    done: 'Am transmis-o',
  },
  en: {
    title: (user: string) => `One-time password for ${user}`,
    text: 'It is shown only this once. Pass it on in person or by phone, not by e-mail. It is valid for three days; at the first sign-in they choose their own password and connect an authenticator app.',
    copy: 'Copy',
    copied: 'Copied',
    done: 'I have passed it on',
  },
}

type Props = { readonly user_name: string; readonly password: string; readonly onDone: () => void }

export function OneTimePassword({ user_name, password, onDone }: Props) {
  const t = useTexts(TEXTS)
  return (
    <Alert color="blue" variant="light" role="status" title={t.title(user_name)}>
      <Stack gap="sm">
        <Code fz="md" data-testid="one-time-password">
          {password}
        </Code>
        <Text size="sm">{t.text}</Text>
        <Group>
          <CopyButton value={password}>
            {({ copied, copy }) => (
              <Button variant="default" size="xs" onClick={copy}>
                {copied ? t.copied : t.copy}
              </Button>
            )}
          </CopyButton>
          <Button size="xs" onClick={onDone}>
            {t.done}
          </Button>
        </Group>
      </Stack>
    </Alert>
  )
}
