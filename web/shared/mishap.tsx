/** Where a page breaks, or its file is gone since a newer version was put in place: the frame stays, and one can go on. */
import { Button, Group, Text } from '@mantine/core'
import { Component, type ReactNode } from 'react'
import { Page } from './page.tsx'
import { useTexts } from './texts.tsx'

const TEXTS = {
  ro: {
    title: 'Pagina nu s-a deschis',
    text: 'Poate că între timp a apărut o versiune mai nouă. Reîncarcă; dacă se repetă, anunță administratorul.',
    again: 'Reîncarcă pagina',
  },
  en: {
    title: 'The page did not open',
    text: 'There may be a newer version by now. Reload; if it happens again, tell your administrator.',
    again: 'Reload the page',
  },
}

/** React knows this as a class only. @param key of the caller: another page gets another chance */
export class Mishaps extends Component<{ readonly children: ReactNode }, { readonly is_broken: boolean }> {
  override state = { is_broken: false }

  static getDerivedStateFromError() {
    return { is_broken: true }
  }

  override render() {
    return this.state.is_broken ? <Mishap /> : this.props.children
  }
}

/** Also what stands where the frame itself breaks. */
export function Mishap() {
  const t = useTexts(TEXTS)
  return (
    <Page title={t.title}>
      <Text role="alert">{t.text}</Text>
      <Group>
        <Button onClick={() => window.location.reload()}>{t.again}</Button>
      </Group>
    </Page>
  )
}
