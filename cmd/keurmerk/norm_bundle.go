package main

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/rego/bundle"
	"github.com/spf13/cobra"
)

func normBundle(s *streams) *cobra.Command {
	var out, keyFile, keyID string
	cmd := &cobra.Command{
		Use:   "bundle [NORM]",
		Short: "Write a norm as a bundle for Open Policy Agent",
		Long: `Write a norm as a bundle for Open Policy Agent: its conditions become Rego, and a
stock OPA answers data.keurmerk.score for a month document with the same points.

    keurmerk norm bundle norm.yaml --out bundle.tar.gz
    opa eval --bundle bundle.tar.gz --input month.json data.keurmerk.score

With --key the bundle is signed, for OPA to verify: an Ed25519 (EdDSA), ECDSA P-256
or P-384 (ES256, ES384) or RSA (RS256) private key in PEM.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			switch {
			case out == "":
				return errors.New("--out is needed: the file to write, or - for standard output")
			case keyID != "" && keyFile == "":
				return errors.New("--key-id names the key of --key")
			}
			files, err := s.normFiles(args)
			if err != nil {
				return err
			}
			if len(files) != 1 {
				return errors.New("a bundle holds one norm")
			}
			n, err := norm.Load(files[0].fsys, files[0].name, engines()...)
			if err != nil {
				return fmt.Errorf("the norm %s can't be used:\n%w", files[0].path, err)
			}
			b, err := bundle.Make(n)
			if err != nil {
				return err
			}
			if keyFile != "" {
				if err := s.signBundle(b, keyFile, keyID); err != nil {
					return err
				}
			}
			return s.writeBundle(b, out)
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "the file to write; - is standard output")
	cmd.Flags().StringVar(&keyFile, "key", "", "sign with this private key, in PEM")
	cmd.Flags().StringVar(&keyID, "key-id", "", "the name under which OPA knows the key; left out: keurmerk")
	return cmd
}

func (s *streams) signBundle(b *bundle.Bundle, keyFile, keyID string) error {
	text, err := os.ReadFile(keyFile)
	if err != nil {
		return err
	}
	key, err := privateKey(text)
	if err != nil {
		return fmt.Errorf("the key %s can't be used: %w", keyFile, err)
	}
	if keyID == "" {
		keyID = "keurmerk"
	}
	if err := b.Sign(key, keyID); err != nil {
		return err
	}
	algorithm, err := bundle.Algorithm(key)
	if err != nil {
		return err
	}
	s.say("signed under the key id %s with %s", keyID, algorithm)
	return nil
}

func (s *streams) writeBundle(b *bundle.Bundle, out string) error {
	var archive bytes.Buffer
	if err := b.Write(&archive); err != nil {
		return err
	}
	if out == "-" {
		_, err := s.out.Write(archive.Bytes())
		return err
	}
	if err := writeFile(out, archive.Bytes()); err != nil {
		return err
	}
	s.say("wrote %s: %d files, %d bytes", out, len(b.Files()), archive.Len())
	return nil
}

// privateKey reads a private key in PEM: PKCS #8, or as older tools write RSA
// and ECDSA keys.
func privateKey(text []byte) (crypto.Signer, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("it is no PEM")
	}
	var key any
	var err error
	switch block.Type {
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	default:
		err = fmt.Errorf("it holds a %q, not a private key without a password", block.Type)
	}
	if err != nil {
		return nil, err
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("a key of type %T can't sign", key)
	}
	return signer, nil
}
