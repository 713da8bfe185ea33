package main

import (
	"errors"
	"fmt"

	"github.com/cyberkeurmerk/keurmerk/certify/attest/export"
	"github.com/spf13/cobra"
)

func attestExport(s *streams) *cobra.Command {
	var as, keyFile, issuer string
	cmd := &cobra.Command{
		Use:   "export CERTIFICATE",
		Short: "Write a certificate in the form of another tool: a Sigstore bundle, or a vc+jwt",
		Long: `Write a certificate in the form of another tool. --as sigstore wraps the envelope for
Sigstore's verifiers, which are then given the public key; --as vc+jwt signs it anew as a
W3C Verifiable Credential, under --key and --issuer.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			e, err := s.envelope(args[0])
			if err != nil {
				return err
			}
			switch as {
			case "sigstore":
				text, err := export.SigstoreBundle(e)
				if err == nil {
					_, err = s.out.Write(append(text, '\n'))
				}
				return err
			case "vc+jwt":
				if issuer == "" {
					return errors.New("--issuer is needed: the URL or DID of who issues the credential")
				}
				key, err := privateKeyOf(keyFile)
				if err != nil {
					return err
				}
				token, err := export.Credential(cmd.Context(), e, issuer, key.Public().KeyID, key)
				if err == nil {
					_, err = fmt.Fprintln(s.out, token)
				}
				return err
			}
			return fmt.Errorf("--as %s: sigstore or vc+jwt", as)
		},
	}
	cmd.Flags().StringVar(&as, "as", "sigstore", "sigstore or vc+jwt")
	cmd.Flags().StringVar(&keyFile, "key", "", "private key that signs the credential, in PEM")
	cmd.Flags().StringVar(&issuer, "issuer", "", "who issues the credential: a URL or DID")
	return cmd
}
