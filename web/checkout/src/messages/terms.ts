/**
 * Terms of the payment initiation service, as the payer may read them before paying. The operator's name, register
 * number, contact and complaints are those of the installation.
 */
import type { PaymentView } from '../../../../src/http/checkout/contract.ts'
import type { Language } from './messages.ts'

export type TermsSection = { readonly heading: string; readonly text: string }
type Operator = PaymentView['operator']

export function termsOf(language: Language, operator: Operator): readonly TermsSection[] {
  return language === 'ro' ? romanian(operator) : english(operator)
}

function romanian(operator: Operator): readonly TermsSection[] {
  return [
    {
      heading: '1. Cine oferă serviciul',
      text: `Serviciul de inițiere a plăților este oferit de ${operator.name}, număr de registru ${operator.register}. Contact: ${operator.contact}. Autoritatea de supraveghere este Banca Națională a României.`,
    },
    {
      heading: '2. Ce facem',
      text: 'La cererea ta transmitem băncii la care ai contul un ordin de plată în lei, cu datele pe care le vezi pe această pagină. Ordinul este executat de banca ta, din contul tău, direct în contul beneficiarului.',
    },
    {
      heading: '3. Ce nu facem',
      text: 'Nu primim și nu ținem banii tăi niciun moment. Nu îți cerem, nu vedem și nu păstrăm parola sau codurile cu care intri la bancă: te autentifici numai la banca ta. Nu schimbăm suma, beneficiarul sau alte date ale plății.',
    },
    {
      heading: '4. Acordul tău',
      text: 'Ești de acord cu inițierea plății apăsând „Plătește” și autorizând plata la banca ta. Până atunci poți renunța oricând, fără niciun cost. O plată care nu este autorizată la timp este abandonată.',
    },
    {
      heading: '5. Revocarea',
      text: 'După ce ți-ai dat acordul pentru inițierea plății, ordinul nu mai poate fi revocat (art. 80 din Directiva (UE) 2015/2366, transpusă prin Legea nr. 209/2019). O plată pentru o zi viitoare și plățile următoare ale unei serii se pot opri cel târziu la sfârșitul zilei lucrătoare dinaintea zilei stabilite. Pentru restituirea banilor te adresezi beneficiarului.',
    },
    {
      heading: '6. Cât costă',
      text: 'Pe această pagină nu îți cerem niciun comision. Banca ta poate percepe comisionul obișnuit pentru o plată, potrivit contractului tău cu ea.',
    },
    {
      heading: '7. Date greșite',
      text: 'Plata se face după IBAN. Dacă IBAN-ul beneficiarului este greșit, banca ta trebuie să facă eforturi rezonabile pentru recuperarea banilor. Verifică datele înainte de a plăti.',
    },
    {
      heading: '8. Plăți neautorizate sau executate greșit',
      text: 'Dacă vezi o plată pe care nu ai autorizat-o sau care a fost executată greșit, anunță imediat banca ta, cel târziu în 13 luni. Banca îți restituie suma potrivit legii, chiar dacă plata a fost inițiată prin noi.',
    },
    {
      heading: '9. Datele tale',
      text: 'Prelucrăm datele plății, adresa ta de email și date tehnice ale conexiunii numai pentru a iniția plata, a te anunța de rezultat, a preveni frauda și a respecta legea. Sunt păstrate criptat, cât cere legea. Beneficiarul și partenerul află rezultatul plății.',
    },
    {
      heading: '10. Reclamații',
      text: `Reclamațiile se adresează operatorului: ${operator.complaints}. Răspundem în cel mult 15 zile lucrătoare, iar în situații deosebite în cel mult 35. Te poți adresa și Băncii Naționale a României, Autorității Naționale pentru Protecția Consumatorilor sau instanței.`,
    },
  ]
}

function english(operator: Operator): readonly TermsSection[] {
  return [
    {
      heading: '1. Who provides the service',
      text: `The payment initiation service is provided by ${operator.name}, register number ${operator.register}. Contact: ${operator.contact}. The supervising authority is the National Bank of Romania.`,
    },
    {
      heading: '2. What we do',
      text: 'At your request we send the bank that keeps your account a payment order in lei, with the data you see on this page. Your bank executes it, from your account straight into the beneficiary’s account.',
    },
    {
      heading: '3. What we do not do',
      text: 'We never receive or hold your money. We do not ask for, see or keep the password or codes you use at your bank: you sign in at your bank alone. We do not change the amount, the beneficiary or other data of the payment.',
    },
    {
      heading: '4. Your consent',
      text: 'You consent to the initiation by pressing “Pay” and authorising the payment at your bank. Until then you may cancel at any time, at no cost. A payment that is not authorised in time is abandoned.',
    },
    {
      heading: '5. Revocation',
      text: 'Once you have consented to the initiation, the order can no longer be revoked (article 80 of Directive (EU) 2015/2366, transposed by Romanian Law 209/2019). A payment on a day to come, and the next payments of a series, can be stopped until the end of the business day before the day set. To get the money back, turn to the beneficiary.',
    },
    {
      heading: '6. What it costs',
      text: 'We charge you nothing on this page. Your bank may charge its usual fee for a payment, as your contract with it says.',
    },
    {
      heading: '7. Wrong data',
      text: 'Payments go by IBAN. If the beneficiary’s IBAN is wrong, your bank must make reasonable efforts to recover the money. Check the data before you pay.',
    },
    {
      heading: '8. Unauthorised or wrongly executed payments',
      text: 'If you see a payment that you did not authorise or that was executed wrongly, tell your bank at once, within 13 months at the latest. The bank refunds you as the law says, even though the payment was initiated through us.',
    },
    {
      heading: '9. Your data',
      text: 'We process the payment’s data, your email address and technical data of the connection only to initiate the payment, tell you the outcome, prevent fraud and obey the law. They are kept encrypted, for as long as the law asks. The beneficiary and the partner learn the outcome.',
    },
    {
      heading: '10. Complaints',
      text: `Complaints go to the operator: ${operator.complaints}. We answer within 15 working days, in exceptional cases within 35. You may also turn to the National Bank of Romania, the National Authority for Consumer Protection, or the courts.`,
    },
  ]
}
