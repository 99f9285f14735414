/** `airline.*` and `cruise.*`: data of industries, kept and echoed. */
import {
  alphanumeric,
  amount,
  ascii,
  boolean,
  date,
  digits,
  identifier,
  letters,
  matching,
  oneOf,
  phone,
  someOf,
  text,
  time,
} from '../grammar.ts'
import { ANSWERS, type Field, field, group, list, type Traits } from './table.ts'

const travel: Traits = { optional: ['PAY', 'AUTHORIZE', 'CAPTURE', 'REFUND'], answer: ANSWERS }
const named = (max: number) => field(text(max), { secret: 'personal' })
const carrier = () =>
  matching('airline code', 6, /^(?:\w{2}|\d{3}|\w{2}\/\d{3})$/, 'It must be 2 characters, 3 digits, or both as ZZ/999')
const ticket = () => alphanumeric(16, 11)

const airline: readonly Field[] = group('airline', travel, {
  bookingReference: alphanumeric(15, 6),
  // The list of kinds is long and the card schemes' own.
  documentType: matching('enumeration', 60, /^[A-Z_]+$/, 'It must be the code of a document.'),
  itinerary: {
    leg: list({
      carrierCode: carrier(),
      conjunctionTicketNumber: ticket(),
      couponNumber: alphanumeric(1),
      departureAirport: letters(3),
      departureDate: date(),
      departureTax: amount(),
      departureTime: time(),
      destinationAirport: letters(3),
      destinationArrivalDate: date(),
      destinationArrivalTime: time(),
      endorsementsRestrictions: alphanumeric(20),
      exchangeTicketNumber: ticket(),
      fare: amount(),
      fareBasis: alphanumeric(24, 1, ' '),
      fees: amount(),
      flightNumber: alphanumeric(6, 4),
      stopoverPermitted: boolean(),
      taxes: amount(),
      travelClass: alphanumeric(3),
    }),
    numberInParty: digits(3),
    originCountry: letters(3),
  },
  passenger: list({
    firstName: named(50),
    frequentFlyerNumber: named(20),
    lastName: named(20),
    middleName: named(50),
    specificInformation: field(alphanumeric(59), { secret: 'personal' }),
    title: named(20),
  }),
  planNumber: alphanumeric(2, 2),
  ticket: {
    conjunctionTicketIndicator: boolean(),
    eTicket: boolean(),
    exchangedTicketNumber: ticket(),
    issue: {
      address: text(16),
      carrierCode: carrier(),
      carrierName: alphanumeric(25),
      city: text(100),
      country: letters(3),
      date: date(),
      travelAgentCode: alphanumeric(9, 8),
      travelAgentName: alphanumeric(30, 1, " .,-'&/\\()"),
    },
    restricted: boolean(),
    taxOrFee: list({ amount: amount(), type: alphanumeric(3, 3) }),
    ticketNumber: ticket(),
    totalFare: amount(),
    totalFees: amount(),
    totalTaxes: amount(),
  },
  transactionType: oneOf(['EXCHANGE_TICKET', 'MISCELLANEOUS_CHARGE', 'REFUND', 'TOUR_ORDER']),
})

const cruise: readonly Field[] = group('cruise', travel, {
  bookingReference: identifier(12),
  company: { contact: { companyPhone: phone(), customerServicePhone: phone() } },
  departureDate: date(),
  departurePort: {
    address: {
      city: text(100),
      country: letters(3),
      postCodeZip: alphanumeric(10, 1, ' -'),
      stateProvinceCode: ascii(3),
      street: text(100),
      street2: text(100),
    },
  },
  passenger: list({
    firstName: named(50),
    folioNumber: named(30),
    lastName: named(50),
    middleName: named(50),
    title: named(50),
  }),
  returnDate: date(),
  shipName: text(50),
  travelAgentCode: alphanumeric(9, 8),
  travelAgentName: text(30),
  travelPackageItems: someOf(['CAR_RENTAL', 'CRUISE_ONLY', 'FLIGHT']),
})

export const TRAVEL: readonly Field[] = [...airline, ...cruise]
