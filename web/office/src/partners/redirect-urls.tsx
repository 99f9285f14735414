/** Where payers may be sent back to: read, and proposed anew, which takes another person. */
import { Button, Code, List, Text, Textarea } from '@mantine/core'
import { useState } from 'react'
import type { PartnerView } from '../../../../src/http/office/partner-contract.ts'
import { useMay } from '../../../shared/me.ts'
import { useTexts } from '../../../shared/texts.tsx'
import { useUnsaved } from '../../../shared/unsaved.tsx'
import { ProposeDialog, type Proposed, ProposedNotice } from '../approvals/proposed.tsx'
import { FlexibleUrl } from './flexible-url.tsx'
import { Section } from './section.tsx'

const TEXTS = {
  ro: {
    title: 'Adrese de întoarcere',
    propose: 'Propune altele',
    dialog: 'Adrese de întoarcere noi',
    list: 'Adresele, una pe rând',
    hint: 'Cel mult 20, https. Înlocuiesc tot ce e înregistrat.',
  },
  en: {
    title: 'Return addresses',
    propose: 'Propose new ones',
    dialog: 'New return addresses',
    list: 'Addresses, one per line',
    hint: 'At most 20, https. They replace all those registered now.',
  },
}

export function RedirectUrlsSection({ partner }: { readonly partner: PartnerView }) {
  const t = useTexts(TEXTS)
  const may_propose = useMay('partner.redirect-url')
  const [is_open, setIsOpen] = useState(false)
  const [text, setText] = useState('')
  useUnsaved(is_open && text !== partner.redirect_urls.join('\n'))
  const [proposed, setProposed] = useState<Proposed>()
  const redirect_urls = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const open = () => {
    setText(partner.redirect_urls.join('\n'))
    setIsOpen(true)
  }
  return (
    <Section
      title={t.title}
      actions={
        may_propose && (
          <Button variant="default" size="xs" onClick={open}>
            {t.propose}
          </Button>
        )
      }
    >
      <ProposedNotice proposed={proposed} />
      <List size="sm" listStyleType="none" spacing={4}>
        {partner.redirect_urls.map((url) => (
          <List.Item key={url}>
            <Code style={{ overflowWrap: 'anywhere' }}>{url}</Code>
          </List.Item>
        ))}
      </List>
      <FlexibleUrl partner={partner} onProposed={setProposed} />
      <ProposeDialog
        title={t.dialog}
        opened={is_open}
        path={`/partners/${encodeURIComponent(partner.client_id)}/redirect-urls`}
        body={{ redirect_urls }}
        onClose={() => setIsOpen(false)}
        onProposed={setProposed}
      >
        <Textarea
          label={t.list}
          description={t.hint}
          autosize
          minRows={3}
          maxLength={40_000}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {redirect_urls.length > 20 && (
          <Text size="sm" c="red.9">
            {t.hint}
          </Text>
        )}
      </ProposeDialog>
    </Section>
  )
}
