/** What the server's refusals are called on the pages, by their codes; what is missing here is told in the server's own words. */
import type { Texts } from './texts.tsx'

export const REFUSALS: Texts<Readonly<Record<string, string>>> = {
  ro: {
    NO_ANSWER: 'Serverul nu răspunde. Verifică legătura la rețea și încearcă din nou.',
    SIGN_IN_REFUSED:
      'Utilizatorul sau parola sunt greșite, ori contul este blocat sau suspendat. Un administrator îți poate spune.',
    SECOND_FACTOR_REFUSED: 'Codul este greșit sau a fost deja folosit.',
    SESSION_ENDED: 'Sesiunea s-a încheiat; intră din nou în cont.',
    CURRENT_PASSWORD_WRONG: 'Parola actuală este greșită.',
    PASSKEY_REFUSED: 'Cheia de acces nu este cunoscută aici sau a fost refuzată.',
    PASSKEY_UNKNOWN: 'Contul nu are o astfel de cheie de acces.',
    PASSKEY_LIMIT: 'Ai deja zece chei de acces, sau chiar pe aceasta: șterge întâi una.',
    PASSKEYS_UNAVAILABLE: 'Cheile de acces cer o adresă cu nume și TLS.',
    ROLE_NOT_ALLOWED: 'Rolul tău nu permite acest lucru.',
    ORIGIN_NOT_ALLOWED: 'Cererea nu vine de pe această pagină; reîncarc-o.',
    STAFF_UNKNOWN: 'Nu există un astfel de utilizator.',
    USER_OWN: 'Altcineva trebuie să schimbe asta la contul tău.',
    APPROVAL_UNKNOWN: 'Nu există o astfel de propunere.',
    APPROVAL_OWN: 'Ceea ce ai propus trebuie aprobat de altcineva.',
    APPROVAL_TIED:
      'Unul dintre voi a creat, a invitat sau a resetat contul celuilalt în ultimele 24 de ore, ori cineva le-a avut pe amândouă în mână: trebuie să aprobe altcineva.',
    APPROVAL_VOID: 'Cine a propus este acum suspendat sau are alt rol.',
    APPROVAL_CLOSED: 'Propunerea a fost deja hotărâtă, executată sau a expirat.',
    APPROVAL_STALE: 'Ce privea propunerea s-a schimbat între timp; nu s-a făcut nimic.',
    FIELD_REQUIRED: 'Lipsește un câmp obligatoriu.',
    BODY_TOO_LARGE: 'Ce ai trimis este prea mare.',
    PAYMENT_UNKNOWN: 'Plata nu este cunoscută.',
    PARTNER_UNKNOWN: 'Nu există un astfel de partener.',
    PARTNER_CHANGED: 'Altcineva a schimbat partenerul între timp; uită-te din nou.',
    CASE_UNKNOWN: 'Nu există un astfel de dosar.',
    CASE_CHANGED: 'Altcineva a schimbat dosarul între timp.',
    CASE_STATE: 'Starea dosarului nu permite acest lucru.',
    RATE_LIMITED: 'Prea multe cereri; încearcă din nou peste puțin timp.',
    OVERLOADED: 'Serviciul este ocupat; încearcă din nou peste puțin timp.',
    ROUTE_UNKNOWN: 'Nu există așa ceva aici.',
    INTERNAL: 'Ceva nu a mers la noi; codul de mai jos ajută la găsirea cauzei.',
  },
  en: {
    NO_ANSWER: 'The server does not answer. Check the network and try again.',
    INTERNAL: 'Something went wrong on our side; the code below helps to find it.',
  },
}
