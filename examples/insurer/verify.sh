#!/bin/sh
# Checks the certificate's signature in a bundle with OpenSSL and sha256sum alone: sh verify.sh BUNDLE ROOT
# Both files are as keurmerk writes them: JSON on one line, members in order of name.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

field() { sed -n "s/^{\"certificate\":{$1.*/\\1/p" "$bundle"; }
bundle=$1
field '"payload":"\([^"]*\)"' | base64 -d > "$work/payload"
type=$(field '"payload":"[^"]*","payloadType":"\([^"]*\)"')
keyid=$(field '"payload":"[^"]*","payloadType":"[^"]*","signatures":\[{"keyid":"\([^"]*\)"')
field '"payload":"[^"]*","payloadType":"[^"]*","signatures":\[{"keyid":"[^"]*","sig":"\([^"]*\)"' | base64 -d > "$work/sig"

# The key with this id in the trust root, which may sign certificates; its id is the SHA-256 of the key.
sed -n 's/^{"payload":"\([^"]*\)".*/\1/p' "$2" | base64 -d | tr '{' '\n' | grep "\"keyid\":\"$keyid\"" | grep '"certify"' |
  sed -n 's/.*"spki":"\([^"]*\)".*/\1/p' | base64 -d > "$work/key"
echo "$keyid  $work/key" | sha256sum --check --status || { echo "no such key for certificates"; exit 1; }

# DSSE: the signature is over the type, the payload and their lengths.
printf 'DSSEv1 %d %s %d ' "${#type}" "$type" "$(wc -c < "$work/payload")" | cat - "$work/payload" > "$work/message"
openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/key" -rawin -in "$work/message" -sigfile "$work/sig"
