/**
 * Words that stand at the top of every list of leaked passwords, in English and Romanian, without case, diacritics and
 * the usual swaps (0 for o, @ for a). A password made of one of them, however dressed up, is refused. A short list on
 * purpose: the score catches most of what it lacks.
 */
const WORDS = `
password parola parole passwort passw pass admin administrator root user utilizator guest test testing demo login
welcome bunvenit bine hello salut buna server system sistem default changeme schimbama secret secreta private
qwerty qwertyuiop qwertz azerty asdfgh asdfghjkl zxcvbn zxcvbnm qazwsx qweasd qweasdzxc
letmein iloveyou iubire iubirea dragoste dragostea teiubesc love loveyou inima sufletel scumpa scumpete iubita
monkey dragon master shadow sunshine princess princesa printesa football fotbal baseball basketball hockey soccer
superman batman spiderman pokemon starwars naruto minecraft fortnite trustno ninja mustang ferrari mercedes dacia
michael jordan jennifer jessica charlie thomas daniel andrew joshua matthew ashley nicole hannah robert anthony
andrei andreea alexandru alexandra maria mihai mihaela ionut ionela cristian cristina gabriel gabriela adrian adriana
florin florina marius mariana stefan stefania george georgiana bogdan catalin catalina razvan roxana elena daniela
romania bucuresti bucharest cluj timisoara iasi brasov constanta craiova moldova ardeal transilvania dunarea carpati
steaua dinamo rapid universitatea hagi
summer winter spring autumn vara iarna primavara toamna january february ianuarie februarie martie aprilie iunie iulie
august septembrie octombrie noiembrie decembrie september october november december monday luni marti miercuri joi
vineri sambata duminica friday sunday
money bani bank banca banking payment plata plati payments euro dolar finance finante card visa mastercard punte
company companie firma office birou oficiu work munca serviciu contabil contabilitate invoice factura
computer calculator internet google facebook instagram youtube android iphone apple samsung microsoft windows linux
oracle cisco database postgres temporary temporara access acces security securitate
cheese cookie chocolate ciocolata coffee cafea pepper ginger orange banana cherry flower floare floarea butterfly fluture
tiger eagle vultur lion leu falcon phoenix wolf lupul urs ursul kitten pisica catel puppy buddy
angel inger ingeras jesus isus dumnezeu domnul freedom libertate family familia family mother father mama tata
happy fericire hunter killer matrix maverick hockeyy ranger yankees liverpool chelsea arsenal barcelona realmadrid juventus
whatever nothing blahblah something forever pentrutotdeauna lifehack million milion
correcthorsebatterystaple correct horse battery staple
`

export const COMMON_WORDS: readonly string[] = [...new Set(WORDS.split(/\s+/).filter((word) => word.length >= 3))]

const SWAPS: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '!': 'i',
  '|': 'i',
  '3': 'e',
  '€': 'e',
  '4': 'a',
  '@': 'a',
  '5': 's',
  $: 's',
  '7': 't',
  '+': 't',
  '8': 'b',
  '9': 'g',
}

/** In small letters, without diacritics and with the usual swaps undone; as long as what it is given, or nearly. */
export function undressed(text: string): string {
  const bare = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  return [...bare].map((character) => SWAPS[character] ?? character).join('')
}
