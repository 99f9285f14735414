/** People of the partner as the server tells of them, and the words of their pages. */

import type { PartnerRole } from '../../../shared/invite-dialog.tsx'

export type User = {
  readonly user_name: string
  readonly name: string
  readonly email: string
  readonly role: PartnerRole
  readonly status: 'active' | 'suspended'
  readonly locked_at: string | null
  readonly has_second_factor: boolean
  readonly is_invited: boolean
  readonly invitation_expires_at: string | null
}

export const USER_TEXTS = {
  ro: {
    title: 'Utilizatori',
    user_name: 'Utilizator',
    name: 'Nume',
    email: 'E-mail',
    role: 'Rol',
    state: 'Stare',
    active: 'activ',
    suspended: 'oprit',
    locked: 'blocat după prea multe încercări',
    invited: 'invitat',
    link_until: 'linkul este bun până la',
    action: 'Acțiune',
    actions: 'Acțiuni',
    actions_of: (user: string) => `Acțiuni pentru ${user}`,
    you: 'tu',
    empty: 'Nimeni.',
    invite: 'Invită pe cineva',
    sent: (user: string) => `Invitația pentru ${user} a fost trimisă pe e-mail; linkul este bun trei zile.`,
    not_sent: (user: string) => `Mesajul pentru ${user} nu a putut fi trimis. Încearcă din nou mai târziu.`,
    acts: {
      invite: 'Trimite un link nou',
      suspend: 'Oprește',
      resume: 'Repornește',
      unlock: 'Deblochează',
      'reset-totp': 'Șterge al doilea factor',
      'sign-out': 'Închide sesiunile',
      partner_admin: 'Fă administrator',
      partner_reader: 'Lasă numai citirea',
    },
    what: {
      invite: 'Primește pe e-mail un link cu care își alege o parolă nouă.',
      suspend: 'Nu se mai poate conecta, iar sesiunile deschise se închid.',
      resume: 'Se poate conecta din nou.',
      unlock: 'Poate încerca din nou să se conecteze.',
      'reset-totp': 'La următoarea conectare își leagă din nou telefonul.',
      'sign-out': 'Toate sesiunile deschise se închid.',
      partner_admin: 'Va putea schimba parole, chei și utilizatori.',
      partner_reader: 'Va vedea tot și nu va putea schimba nimic.',
    },
  },
  en: {
    title: 'People',
    user_name: 'User name',
    name: 'Name',
    email: 'E-mail',
    role: 'Role',
    state: 'State',
    active: 'active',
    suspended: 'stopped',
    locked: 'locked after too many tries',
    invited: 'invited',
    link_until: 'the link is good until',
    action: 'Action',
    actions: 'Actions',
    actions_of: (user: string) => `Actions for ${user}`,
    you: 'you',
    empty: 'Nobody.',
    invite: 'Invite somebody',
    sent: (user: string) => `The invitation of ${user} was mailed; its link is good for three days.`,
    not_sent: (user: string) => `The mail to ${user} could not be sent. Try again later.`,
    acts: {
      invite: 'Send a new link',
      suspend: 'Stop',
      resume: 'Let work again',
      unlock: 'Unlock',
      'reset-totp': 'Remove the second factor',
      'sign-out': 'End sessions',
      partner_admin: 'Make administrator',
      partner_reader: 'Leave reading only',
    },
    what: {
      invite: 'Gets a mail with a link to choose a new password.',
      suspend: 'Cannot sign in any more, and open sessions end.',
      resume: 'Can sign in again.',
      unlock: 'May try to sign in again.',
      'reset-totp': 'Connects the telephone anew at the next sign-in.',
      'sign-out': 'All open sessions end.',
      partner_admin: 'May change passwords, secrets and people.',
      partner_reader: 'Sees everything and changes nothing.',
    },
  },
}
