package reader

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
)

// ErrSalt says that an output names people, and that there is no salt to hash
// their keys with. Names and addresses never leave a reader.
var ErrSalt = errors.New("the output names people: give a salt, so that their keys can be hashed")

// Pseudonym is the key of an employee: HMAC-SHA-256 of what a tool calls the
// person, in lower case and without surrounding space, under the salt; 16 bytes
// in hexadecimal. So one person has one key in all tools that use one address,
// and nobody gets from the key to the person without the salt. The empty text
// stays empty; the error is [ErrSalt].
func (o Options) Pseudonym(person string) (string, error) {
	person = strings.ToLower(strings.TrimSpace(person))
	switch {
	case person == "":
		return "", nil
	case len(o.Salt) == 0:
		return "", ErrSalt
	}
	mac := hmac.New(sha256.New, o.Salt)
	mac.Write([]byte(person))
	return hex.EncodeToString(mac.Sum(nil)[:16]), nil
}
