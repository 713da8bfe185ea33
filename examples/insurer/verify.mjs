// What an insurer's own program does with a bundle: node verify.mjs BUNDLE ROOT COMPANY INSTANT
// Node and nothing else. It leaves out the norm's weights, later roots and the log, which keurmerk verify checks too.
import { createHash, createPublicKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'

const [bundleFile, rootFile, company, asOf] = process.argv.slice(2)
const must = (holds, what) => { if (!holds) { console.error(`not valid: ${what}`); process.exit(1) } }
const sha256 = bytes => createHash('sha256').update(bytes).digest('hex')
const bytesOf = base64 => Buffer.from(base64, 'base64')

// The one form of a document: members in order of name, no white space, whole numbers.
const canonical = v => Array.isArray(v) ? `[${v.map(canonical)}]`
  : v && typeof v === 'object' ? `{${Object.keys(v).sort().map(k => `${JSON.stringify(k)}:${canonical(v[k])}`)}}`
  : JSON.stringify(v)
const read = (envelope, type) => {
  const payload = bytesOf(envelope.payload), document = JSON.parse(payload)
  must(envelope.payloadType === type, `a payload of type ${envelope.payloadType}`)
  must(canonical(document) === payload.toString('utf8') && Buffer.from(payload.toString('utf8')).equals(payload), 'a payload that is not canonical')
  return document
}

// DSSE: the signature is over the type, the payload and their lengths.
const signed = (envelope, root, role, at) => {
  const payload = bytesOf(envelope.payload), signers = new Set()
  const pae = Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(envelope.payloadType)} ${envelope.payloadType} ${payload.length} `), payload])
  for (const { keyid, sig } of envelope.signatures) {
    const key = root.keys.find(k => k.keyid === keyid)
    must(key?.alg === 'ed25519' && sha256(bytesOf(key.spki)) === keyid && key.roles.includes(role), `no key for ${role}`)
    must(key.validFrom <= at && !(key.validUntil <= at) && !(key.revokedAt <= at), `the key for ${role} at ${at}`)
    must(verify(null, pae, createPublicKey({ key: bytesOf(key.spki), format: 'der', type: 'spki' }), bytesOf(sig)), `the signature for ${role}`)
    signers.add(keyid)
  }
  must(signers.size >= root.thresholds[role], `${signers.size} signatures for ${role}`)
}

const bundle = JSON.parse(readFileSync(bundleFile)), rootEnvelope = JSON.parse(readFileSync(rootFile)), statement = 'application/vnd.in-toto+json'
const root = read(rootEnvelope, 'application/vnd.keurmerk.root+json')
signed(rootEnvelope, root, 'root', root.issued)
const { predicate: certificate, subject } = read(bundle.certificate, statement)
signed(bundle.certificate, root, 'certify', certificate.validFrom)
must(certificate.company === company, `it is of ${certificate.company}`)
must(certificate.validFrom <= asOf && !(certificate.validUntil <= asOf), `the term, at ${asOf}`)

const digests = bundle.scorecards.map(e => sha256(bytesOf(e.payload)))
const cards = bundle.scorecards.map((e, i) => {
  const { predicate: card } = read(e, statement), { result } = card
  signed(e, root, 'score', card.evaluatedAt)
  must(card.company === company && (i === 0 || card.previous === `sha256:${digests[i - 1]}`), `the chain at ${card.month}`)
  must(result.earned === result.criteria.reduce((sum, c) => sum + c.points, 0), `the sum of ${card.month}`)
  must(!result.qualifies || result.earned * 10000 >= result.threshold * result.applicable, `${card.month} under the threshold`)
  return card
})
must(subject.length === certificate.terms.months && certificate.months.every((m, i) => cards.some((c, j) =>
  digests[j] === subject[i].digest.sha256 && c.month === m && c.result.qualifies)), 'the months')

const list = read(bundle.status, 'application/vnd.keurmerk.status+json')
signed(bundle.status, root, 'status', list.issued)
const entry = list.entries.find(e => e.serial === certificate.serial && e.from <= asOf && !(e.until <= asOf))
must(asOf < list.nextUpdate && entry?.status === 'valid' && entry.digest === `sha256:${sha256(bytesOf(bundle.certificate.payload))}`, 'the status')
console.log(`valid: ${company}, ${certificate.months.join(' ')}, certificate ${certificate.serial} until ${certificate.validUntil}`)
