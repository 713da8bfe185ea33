package attest

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func vectors(t *testing.T, name string) []byte {
	text, err := os.ReadFile(filepath.Join("testdata", "vectors", name))
	require.NoError(t, err)
	return text
}

func unhex(t *testing.T, s string) []byte {
	b, err := hex.DecodeString(s)
	require.NoError(t, err)
	return b
}

// Wycheproof's Ed25519 vectors, all of them: what is valid is taken, what is
// invalid is not, and a key that the library would not take has none that is
// valid.
func TestWycheproof(t *testing.T) {
	tell(t)
	var file struct {
		NumberOfTests int
		TestGroups    []struct {
			PublicKey    struct{ Pk string }
			PublicKeyDer string
			Tests        []struct {
				TcID         int
				Comment, Msg string
				Sig, Result  string
				Flags        []string
			}
		}
	}
	require.NoError(t, json.Unmarshal(vectors(t, "wycheproof_ed25519.json"), &file))
	ran := 0
	for _, g := range file.TestGroups {
		key, err := publicKey(unhex(t, g.PublicKeyDer))
		if err == nil {
			require.Equal(t, g.PublicKey.Pk, hex.EncodeToString(key))
		}
		for _, c := range g.Tests {
			got := err == nil && verify(key, unhex(t, c.Msg), unhex(t, c.Sig))
			require.Equal(t, c.Result == "valid", got, "%d %s %v", c.TcID, c.Comment, c.Flags)
			ran++
		}
	}
	require.Equal(t, file.NumberOfTests, ran)
	require.Equal(t, 151, ran)
}

// Keys and signatures that RFC 8032 leaves implementations to choose about
// are refused, and every one of the 14 encodings of small order is.
func TestSmallOrder(t *testing.T) {
	tell(t)
	refused := 0
	for _, y := range []string{
		"0100000000000000000000000000000000000000000000000000000000000000",
		"0000000000000000000000000000000000000000000000000000000000000000",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // 0 + p
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // 1 + p
	} {
		for _, sign := range []byte{0, 0x80} {
			p := unhex(t, y)
			p[31] |= sign
			_, err := publicKey(spki(p))
			require.Error(t, err, "%x", p)
			// The signature of R = p, S = 0 holds for the neutral element as a
			// key, in implementations that take it.
			require.False(t, verify(ed25519.PublicKey(p), []byte("message"), append(slices.Clone(p), make([]byte, 32)...)))
			refused++
		}
	}
	require.Equal(t, 14, refused)
	_, err := publicKey(spki(notReduced()))
	require.ErrorIs(t, err, errNotReduced)
	largest := slices.Repeat([]byte{0xff}, 32) // p - 2, written once
	largest[0], largest[31] = 0xeb, 0x7f
	require.NoError(t, point(largest))
	for at, b := range map[int]byte{31: 0x7e, 5: 0} { // like p, and less
		less := slices.Repeat([]byte{0xff}, 32)
		less[0], less[31] = 0xee, 0x7f
		less[at] = b
		require.NoError(t, point(less))
	}
	for _, der := range [][]byte{nil, largest, spkiHead[:], make([]byte, 44), append(spki(named("a").key.Public().(ed25519.PublicKey)), 0)} {
		_, err := publicKey(der)
		require.ErrorIs(t, err, errKeyLength)
	}
}

// The vector of DSSE's protocol, and what is signed with the keys of RFC 8032
// in the test vectors of the DSSE project.
func TestDSSE(t *testing.T) {
	tell(t)
	require.Equal(t, "DSSEv1 29 http://example.com/HelloWorld 11 hello world", string(PAE("http://example.com/HelloWorld", []byte("hello world"))))
	require.Equal(t, "DSSEv1 0  0 ", string(PAE("", nil)))
	key := ed25519.PublicKey(unhex(t, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"))
	const statement = `{"_type":"https://in-toto.io/Statement/v1"}`
	for _, c := range []struct {
		name, payloadType, payload, sig string
		accept                          bool
	}{
		{"single-signature", TypeStatement, statement, "2WAfaHm5jluo0w+0rk8uVkluELJYWjSmU9x7EUzx+AyteDGJ4/nqyJXfmAUVFIAoQafWm7AxBZNw5M9ixNHiCA==", true},
		{"payload-type-swapped", "application/vnd.example.other+json", statement, "2WAfaHm5jluo0w+0rk8uVkluELJYWjSmU9x7EUzx+AyteDGJ4/nqyJXfmAUVFIAoQafWm7AxBZNw5M9ixNHiCA==", false},
		{"non-ascii-payload-type", "application/vnd.exämple+json", statement, "xmSk/ug66ysT7ayhkCIjhAq42zgZXSsEWuzUaNL7w2eGAdF/NU6/fRXPtmfN+5DNSAs5/i2lUnHjbbjPsu0tAw==", true},
		{"empty-payload", TypeStatement, "", "gSggCAaTLTYyRH6FIDBem6meyIynsYy8RTHVzwx9tnTb7Bg/1jMWnuVgI/gffqmbsC2VX5/jHfkkDqsj7CDbDg==", true},
	} {
		var e struct{ Sig []byte }
		require.NoError(t, json.Unmarshal([]byte(`{"sig":"`+c.sig+`"}`), &e))
		require.Equal(t, c.accept, verify(key, PAE(c.payloadType, []byte(c.payload)), e.Sig), c.name)
	}
}

// The samples of RFC 8785 come out as they should. Our documents hold no
// fractions, but the form is the same.
func TestCanonicalSamples(t *testing.T) {
	inputs, err := filepath.Glob("testdata/vectors/jcs/*.input.json")
	require.NoError(t, err)
	require.Len(t, inputs, 6)
	for _, input := range inputs {
		name := strings.TrimSuffix(filepath.Base(input), ".input.json")
		value := jsontext.Value(vectors(t, "jcs/"+name+".input.json"))
		require.NoError(t, value.Canonicalize())
		require.Equal(t, string(bytes.TrimSpace(vectors(t, "jcs/"+name+".output.json"))), string(value), name)
	}
	// RFC 8785, section 3.2.3: members are in order of UTF-16.
	value := jsontext.Value(`{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`)
	require.NoError(t, value.Canonicalize())
	require.Equal(t, "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}", string(value))
}

// Proofs of RFC 6962 that hold are taken and all others refused.
func TestMerkleProofs(t *testing.T) {
	tell(t)
	hash := func(b []byte) tlog.Hash {
		if len(b) != tlog.HashSize {
			return sha256.Sum256(append([]byte("no hash: "), b...)) // a root that is none: another one for each text
		}
		return tlog.Hash(b)
	}
	run := func(file string, check func(line []byte) (wantErr bool, err error)) (held, refused int) {
		for line := range bytes.Lines(vectors(t, file)) {
			wantErr, err := check(line)
			require.Equal(t, wantErr, err != nil, "%s %v", line, err)
			if wantErr {
				refused++
			} else {
				held++
			}
		}
		return held, refused
	}
	held, refused := run("rfc6962_inclusion.jsonl", func(line []byte) (bool, error) {
		var v struct {
			LeafIdx, TreeSize uint64
			Root, LeafHash    []byte
			Proof             [][]byte
			WantErr           bool
		}
		require.NoError(t, json.Unmarshal(line, &v))
		proof := tlog.RecordProof{}
		for _, h := range v.Proof {
			if len(h) != tlog.HashSize {
				return v.WantErr, errKeyLength // the proof's text can't hold such a hash
			}
			proof = append(proof, hash(h))
		}
		if v.LeafIdx >= v.TreeSize || v.TreeSize >= 1<<62 || len(v.Root) != tlog.HashSize || len(v.LeafHash) != tlog.HashSize {
			return v.WantErr, errKeyLength
		}
		return v.WantErr, tlog.CheckRecord(proof, int64(v.TreeSize), hash(v.Root), int64(v.LeafIdx), hash(v.LeafHash))
	})
	require.Positive(t, held)
	require.Positive(t, refused)
	t.Logf("inclusion: %d held, %d refused", held, refused)
	held, refused = run("rfc6962_consistency.jsonl", func(line []byte) (bool, error) {
		var v struct {
			Size1, Size2 uint64
			Root1, Root2 []byte
			Proof        [][]byte
			WantErr      bool
		}
		require.NoError(t, json.Unmarshal(line, &v))
		proof := tlog.TreeProof{}
		for _, h := range v.Proof {
			if len(h) != tlog.HashSize {
				return v.WantErr, errKeyLength
			}
			proof = append(proof, hash(h))
		}
		if v.Size1 == 0 {
			// They ask for no proof from an empty tree. To a witness that has
			// seen nothing yet, whatever comes first is a continuation.
			return v.WantErr, errKeyLength
		}
		newer := &Checkpoint{"log", int64(v.Size2), hash(v.Root2)}
		return v.WantErr, newer.Extends(&Checkpoint{"log", int64(v.Size1), hash(v.Root1)}, proof)
	})
	require.Positive(t, held)
	require.Positive(t, refused)
	t.Logf("consistency: %d held, %d refused", held, refused)
}

// The examples of the C2SP specifications and of package note.
func TestSignedNotes(t *testing.T) {
	tell(t)
	for vkey, text := range map[string]string{
		"example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k": "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n",
		"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW":    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n",
	} {
		k, err := parseNoteKey(vkey, typeLog)
		require.NoError(t, err)
		opened, err := note.Open([]byte(text), note.VerifierList(k))
		require.NoError(t, err)
		require.Len(t, opened.Sigs, 1)
		_, err = note.Open([]byte("Not "+text), note.VerifierList(k))
		require.Error(t, err)
		_, err = parseNoteKey(vkey, typeWitness)
		require.Error(t, err)
		_, err = parseNoteKey(strings.Replace(vkey, "+", "+0", 1), typeLog)
		require.Error(t, err)
	}
}
