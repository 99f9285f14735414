/**
 * Romanian words that people put passwords together of, as they type them: without diacritics. Nouns, verbs, given and family
 * names, places. In the order in which they would be tried; for the dictionaries, which count a place in the list as guesses.
 */
const WORDS = `
parola iubire mama tata casa viata dragoste fericire soare luna stele inima suflet prieten prietena familie copil copii
fata baiat frate sora bunica bunicul nunta nasul nasa cumnat verisor vecin
buna ziua noapte dimineata seara saptamana astazi maine ieri acum mereu niciodata totdeauna
andrei maria ioana elena alexandru mihai ion gheorghe vasile nicolae constantin marian daniel adrian ionut cristian florin
marius gabriel stefan razvan bogdan catalin sorin dan liviu lucian ovidiu paul petru radu sebastian silviu tudor victor vlad
ana andreea alina anca carmen claudia corina cristina daniela diana doina dorina florentina gabriela georgiana irina iulia
larisa laura lavinia loredana luminita madalina magdalena mihaela mirela monica nicoleta oana raluca ramona roxana simona
sorina teodora valentina veronica violeta popescu ionescu popa radu stan stoica dumitrescu gheorghiu constantinescu marin
tudor dobre barbu nistor florea dinu moldovan rusu munteanu matei ciobanu rotaru oprea voicu lungu stanciu iordache dragomir
bucuresti cluj napoca iasi timisoara constanta craiova brasov galati ploiesti oradea braila arad pitesti sibiu bacau targu
mures baia mare buzau botosani satu suceava piatra neamt drobeta severin focsani tulcea resita alba iulia deva hunedoara
slatina vaslui giurgiu calarasi zalau bistrita sfantu gheorghe miercurea ciuc romania moldova muntenia oltenia banat
transilvania ardeal dobrogea maramures bucovina dunarea olt siret prut carpati bucegi fagaras delta marea neagra litoral
mamaia costinesti vamaveche predeal sinaia busteni
steaua dinamo rapid craiova cfr fotbal echipa campion minge gol stadion
pisica caine catel pisoi cal calul vaca oaie lup lupul urs ursul vulpe iepure leu tigru elefant maimuta pasare vultur
porumbel randunica gaina cocos peste albina fluture furnica sarpe soarece
rosu albastru verde galben negru alb maro portocaliu violet roz auriu argintiu
unu doi trei patru cinci sase sapte opt noua zece suta mie milion prima primul
ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie
luni marti miercuri joi vineri sambata duminica primavara vara toamna iarna craciun paste revelion pasti
paine lapte branza carne ciorba sarmale mamaliga mici bere vin tuica palinca apa cafea ceai zahar sare miere mar mere para
pruna cirese capsuni struguri pepene nuca rosii castraveti cartofi ceapa usturoi varza ardei fasole
masina dacia logan duster tren avion autobuz bicicleta motor strada drum oras sat tara lume pamant cer mare munte munti rau
lac padure copac pom frunza floare flori trandafir lalea iarba camp nisip piatra foc ploaie zapada gheata vant furtuna
fulger nor nori ceata
usa fereastra masa scaun pat perete acoperis gradina gard poarta cheie lampa oglinda ceas telefon carte caiet creion hartie
geanta haina pantofi camasa palarie
munca serviciu birou sef firma banca bani lei leu cont card plata plati factura contract client salariu pret vanzare magazin
calculator laptop internet program server retea sistem admin utilizator acces securitate siguranta
scoala liceu facultate profesor elev student examen nota lectie istorie matematica
doctor medic politie armata soldat rege regina printesa imparat zmeu fatfrumos cosanzeana dracula vlad tepes eminescu
luceafarul caragiale creanga blaga arghezi enescu brancusi hagi nadia simona halep
iubesc iubita iubit iubitul draga dragul scump scumpa dulce frumos frumoasa bun buna rau mare mic mica nou noua vechi tanar
batran bogat sarac vesel trist puternic destept prost rece cald
sunt este avem vreau stiu pot merge vine face spune vede canta danseaza joaca mananca bea doarme citeste scrie invata
lucreaza plateste cumpara vinde asteapta intra iese deschide inchide schimba pleaca
dumnezeu doamne isus hristos sfanta cruce biserica inger ingeras raiul iad
multumesc salut servus noroc pa ceau hai haide gata bine super misto nasol
`

export const ROMANIAN_WORDS: readonly string[] = [...new Set(WORDS.split(/\s+/).filter((word) => word.length >= 3))]
