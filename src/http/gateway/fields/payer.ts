/** Who pays, from where, and where the goods go: billing, shipping, customer, device. Kept sealed and echoed, never quoted. */
import {
  alphanumeric,
  boolean,
  date,
  dateTime,
  email,
  identifier,
  integer,
  letters,
  oneOf,
  phone,
  type Rule,
  text,
} from '../grammar.ts'
import { ANSWERS, CHARGES, type Field, field, group, TRANSACTIONS, type Traits } from './table.ts'

const personal: Traits = { optional: [...TRANSACTIONS, 'TOKENIZE'], answer: ANSWERS, secret: 'personal' }

/** A postal address; several groups have one. */
export const address = (): { readonly [name: string]: Rule } => ({
  city: text(100),
  company: text(100),
  country: letters(3),
  postcodeZip: alphanumeric(10, 1, ' -'),
  stateProvince: text(20),
  stateProvinceCode: text(3),
  street: text(100),
  street2: text(100),
})

const IDENTIFICATIONS = [
  'ALIEN_REGISTRATION_NUMBER',
  'BUSINESS_TAX_ID',
  'COMPANY_REGISTRATION_NUMBER',
  'CUSTOMER_IDENTIFICATION',
  'DATE_OF_BIRTH',
  'DRIVERS_LICENSE',
  'EMAIL',
  'GOVERNMENT_ISSUED',
  'INDIVIDUAL_TAX_ID',
  'LAW_ENFORCEMENT_IDENTIFICATION',
  'MILITARY_IDENTIFICATION',
  'NATIONAL_IDENTIFICATION_CARD',
  'OTHER',
  'PASSPORT',
  'PHONE_NUMBER',
  'PROXY_IDENTIFICATION',
  'SOCIAL_SECURITY_NUMBER',
  'TRAVEL_IDENTIFICATION',
]

export const PAYER: readonly Field[] = [
  ...group('billing', personal, { address: address() }),
  ...group('shipping', personal, {
    address: {
      ...address(),
      sameAsBilling: oneOf(['DIFFERENT', 'SAME', 'UNKNOWN']),
      source: oneOf(['ADDRESS_ON_FILE', 'NEW_ADDRESS']),
    },
    contact: { email: email(), firstName: text(50), lastName: text(50), mobilePhone: phone(), phone: phone() },
    method: oneOf(['ELECTRONIC', 'GROUND', 'NOT_SHIPPED', 'OVERNIGHT', 'PICKUP', 'PRIORITY', 'SAME_DAY']),
    origin: { postcodeZip: alphanumeric(10, 1, ' -') },
  }),
  ...group('customer', personal, {
    account: {
      id: identifier(100),
      authentication: { method: text(50), time: dateTime() },
      history: {
        addCardAttempts: integer(0, 999),
        annualActivity: integer(0, 999999),
        creationDate: date(),
        fraudActivity: text(50),
        lastUpdated: date(),
        passwordChanged: date(),
        recentActivity: integer(0, 999999),
        shippingAddressDate: date(),
        userType: text(50),
      },
    },
    dateOfBirth: date(),
    email: email(),
    firstName: text(50),
    identification: { country: letters(3), type: oneOf(IDENTIFICATIONS), value: text(50) },
    lastName: text(50),
    middleName: text(50),
    mobilePhone: phone(),
    nationalId: text(20),
    phone: phone(),
    taxRegistrationId: text(30),
  }),
  ...group(
    'device',
    { ...personal, optional: [...TRANSACTIONS, 'TOKENIZE'] },
    {
      ani: text(10),
      aniCallType: text(2),
      browser: text(2048),
      // Given to authenticate the payer; a session may hold them already.
      browserDetails: {
        '3DSecureChallengeWindowSize': field(
          oneOf(['250_X_400', '390_X_400', '500_X_600', '600_X_400', 'FULL_SCREEN']),
          { optional: CHARGES, kept: false },
        ),
        acceptHeaders: field(text(2048), { optional: CHARGES, kept: false }),
        colorDepth: field(integer(0, 99), { optional: CHARGES, kept: false }),
        javaEnabled: field(boolean(), { optional: CHARGES, kept: false }),
        javaScriptEnabled: field(boolean(), { optional: CHARGES, kept: false }),
        language: field(text(8), { optional: CHARGES, kept: false }),
        screenHeight: field(integer(0, 999999), { optional: CHARGES, kept: false }),
        screenWidth: field(integer(0, 999999), { optional: CHARGES, kept: false }),
        timeZone: field(text(6), { optional: CHARGES, kept: false }),
      },
      fingerprint: text(4000),
      hostname: text(60),
      ipAddress: text(45, 7),
      mobilePhoneModel: text(50),
    },
  ),
]
