import { createPrivateKey } from 'node:crypto'
import { isIP } from 'node:net'
import {
  AuthorityKeyIdentifierExtension, BasicConstraintsExtension, Extension, ExtendedKeyUsage,
  ExtendedKeyUsageExtension, KeyUsageFlags, KeyUsagesExtension, PemConverter,
  SubjectAlternativeNameExtension, SubjectKeyIdentifierExtension, X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'
import { NAME_CONSTRAINTS, writeConstraints } from './constraints.ts'

/** A certificate and its private key, both as PEM. */
export interface Issued {
  readonly cert: string
  readonly key: string
}

export interface Lifetime {
  readonly from: Date
  readonly until: Date
}

const KEYS = { name: 'ECDSA', namedCurve: 'P-256' }
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' }

const makeKeys = () => crypto.subtle.generateKey(KEYS, true, ['sign', 'verify'])

const exportKey = async (key: CryptoKey): Promise<string> =>
  `${PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`

const importKey = (pem: string): Promise<CryptoKey> => {
  const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' })
  return crypto.subtle.importKey('pkcs8', new Uint8Array(der), KEYS, false, ['sign'])
}

const asPem = (cert: X509Certificate): string => `${cert.toString('pem')}\n`

/** An authority that may sign servers of these names, and no other authority. */
export async function issueAuthority(
  name: string, names: readonly string[], { from, until }: Lifetime,
): Promise<Issued> {
  const keys = await makeKeys()
  const cert = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [name] }, { O: ['Silkcast'] }],
    keys, notBefore: from, notAfter: until, signingAlgorithm: SIGNING,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      new Extension(NAME_CONSTRAINTS, true, writeConstraints(names)),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { cert: asPem(cert), key: await exportKey(keys.privateKey) }
}

/** A certificate for a server of these names and addresses, signed by that authority. */
export async function issueServer(
  authority: Issued, names: readonly string[], { from, until }: Lifetime,
): Promise<Issued> {
  const issuer = new X509Certificate(authority.cert)
  const keys = await makeKeys()
  const cert = await X509CertificateGenerator.create({
    subject: [{ CN: [names[0]!] }, { O: ['Silkcast'] }], issuer: issuer.subjectName,
    publicKey: keys.publicKey, signingKey: await importKey(authority.key),
    notBefore: from, notAfter: until, signingAlgorithm: SIGNING,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(names.map((name) =>
        ({ type: isIP(name) ? 'ip' as const : 'dns' as const, value: name }))),
      await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { cert: asPem(cert), key: await exportKey(keys.privateKey) }
}
