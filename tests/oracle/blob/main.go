// Command blob signs and verifies files as "notation blob" does: with the reference's
// library, its configuration folder ($NOTATION_CONFIG) and the same options. The command
// itself is in no release that Go's module proxy has; where it is installed, tests run it
// instead (NOTATION_BLOB).
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/notaryproject/notation-core-go/revocation"
	"github.com/notaryproject/notation-core-go/revocation/purpose"
	"github.com/notaryproject/notation-core-go/signature/cose"
	"github.com/notaryproject/notation-core-go/signature/jws"
	"github.com/notaryproject/notation-go"
	"github.com/notaryproject/notation-go/dir"
	"github.com/notaryproject/notation-go/plugin"
	"github.com/notaryproject/notation-go/signer"
	"github.com/notaryproject/notation-go/verifier"
	"github.com/notaryproject/notation-go/verifier/trustpolicy"
	"github.com/notaryproject/notation-go/verifier/truststore"
)

var formats = map[string]string{"jws": jws.MediaTypeEnvelope, "cose": cose.MediaTypeEnvelope}

// metadata is an option that may be given more than once: key=value.
type metadata map[string]string

func (m metadata) String() string { return fmt.Sprint(map[string]string(m)) }

func (m metadata) Set(text string) error {
	key, value, found := strings.Cut(text, "=")
	if !found || key == "" || value == "" {
		return fmt.Errorf("%q is not key=value", text)
	}
	if _, given := m[key]; given {
		return fmt.Errorf("%q is given twice", key)
	}
	m[key] = value
	return nil
}

func main() {
	if folder := os.Getenv("NOTATION_CONFIG"); folder != "" {
		dir.UserConfigDir = folder
	}
	if folder := os.Getenv("NOTATION_LIBEXEC"); folder != "" {
		dir.UserLibexecDir = folder
	}
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, arguments []string) error {
	if len(arguments) < 2 || arguments[0] != "blob" {
		return errors.New("usage: blob blob sign|verify [options] FILE")
	}
	options := flag.NewFlagSet(arguments[1], flag.ContinueOnError)
	mediaType := options.String("media-type", "", "of the blob")
	wanted := metadata{}
	options.Var(wanted, "user-metadata", "key=value")
	switch arguments[1] {
	case "sign":
		key := options.String("key", "", "name in signingkeys.json")
		format := options.String("signature-format", "jws", "jws or cose")
		if err := options.Parse(arguments[2:]); err != nil {
			return err
		}
		if *mediaType == "" {
			*mediaType = "application/octet-stream"
		}
		return sign(ctx, options.Arg(0), *key, *format, *mediaType, wanted)
	case "verify":
		signature := options.String("signature", "", "file of the signature")
		policy := options.String("policy-name", "", "statement of the trust policy")
		if err := options.Parse(arguments[2:]); err != nil {
			return err
		}
		return verify(ctx, options.Arg(0), *signature, notation.VerifyBlobOptions{
			BlobVerifierVerifyOptions: notation.BlobVerifierVerifyOptions{
				UserMetadata:    wanted,
				TrustPolicyName: *policy,
			},
			ContentMediaType: *mediaType,
		})
	}
	return fmt.Errorf("unknown command %q", arguments[1])
}

func sign(ctx context.Context, blob, key, format, mediaType string, wanted metadata) error {
	keyPath, chainPath, err := files(key)
	if err != nil {
		return err
	}
	with, err := signer.NewGenericSignerFromFiles(keyPath, chainPath)
	if err != nil {
		return err
	}
	content, err := os.Open(blob)
	if err != nil {
		return err
	}
	defer content.Close()
	envelope, _, err := notation.SignBlob(ctx, with, content, notation.SignBlobOptions{
		SignerSignOptions: notation.SignerSignOptions{SignatureMediaType: formats[format]},
		ContentMediaType:  mediaType,
		UserMetadata:      wanted,
	})
	if err != nil {
		return err
	}
	return os.WriteFile(blob+"."+format+".sig", envelope, 0o600)
}

// files returns where a key of the configuration folder and its chain are.
func files(name string) (keyPath, chainPath string, err error) {
	text, err := os.ReadFile(filepath.Join(dir.UserConfigDir, "signingkeys.json"))
	if err != nil {
		return "", "", err
	}
	var found struct {
		Keys []struct{ Name, KeyPath, CertPath string }
	}
	if err := json.Unmarshal(text, &found); err != nil {
		return "", "", err
	}
	for _, key := range found.Keys {
		if key.Name == name {
			return key.KeyPath, key.CertPath, nil
		}
	}
	return "", "", fmt.Errorf("no key %q", name)
}

func verify(ctx context.Context, blob, signature string, options notation.VerifyBlobOptions) error {
	mediaType, err := envelopeType(signature)
	if err != nil {
		return err
	}
	options.SignatureMediaType = mediaType
	content, err := os.Open(blob)
	if err != nil {
		return err
	}
	defer content.Close()
	envelope, err := os.ReadFile(signature)
	if err != nil {
		return err
	}
	document, err := trustpolicy.LoadBlobDocument()
	if err != nil {
		return err
	}
	signing, err := validator(purpose.CodeSigning)
	if err != nil {
		return err
	}
	timestamping, err := validator(purpose.Timestamping)
	if err != nil {
		return err
	}
	judge, err := verifier.NewVerifierWithOptions(
		truststore.NewX509TrustStore(dir.ConfigFS()),
		verifier.VerifierOptions{
			RevocationCodeSigningValidator:  signing,
			RevocationTimestampingValidator: timestamping,
			BlobTrustPolicy:                 document,
			PluginManager:                   plugin.NewCLIManager(dir.PluginFS()),
		},
	)
	if err != nil {
		return err
	}
	_, _, err = notation.VerifyBlob(ctx, judge, content, envelope, options)
	if err != nil {
		return err
	}
	fmt.Println("Successfully verified signature for", blob)
	return nil
}

func validator(of purpose.Purpose) (revocation.Validator, error) {
	return revocation.NewWithOptions(revocation.Options{CertChainPurpose: of})
}

// envelopeType returns what the name of a signature's file says: FILE.jws.sig.
func envelopeType(name string) (string, error) {
	parts := strings.Split(strings.ToLower(filepath.Base(name)), ".")
	if len(parts) < 3 || parts[len(parts)-1] != "sig" {
		return "", fmt.Errorf("invalid signature filename %s", name)
	}
	found, known := formats[parts[len(parts)-2]]
	if !known {
		return "", fmt.Errorf("signature format %q not supported", parts[len(parts)-2])
	}
	return found, nil
}
