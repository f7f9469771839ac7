// Command bench times the reference's verifier on envelopes it is given, in a loop of
// its own: no process, file or policy look-up is part of what it measures.
//
// It reads one case, a JSON object, from the first line of standard input. Every further
// line holds a number: it verifies that often and answers with the nanoseconds of the
// fastest verification. A case that is not accepted ends it with status 1.
package main

import (
	"bufio"
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/notaryproject/notation-go"
	"github.com/notaryproject/notation-go/verifier"
	"github.com/notaryproject/notation-go/verifier/trustpolicy"
	"github.com/notaryproject/notation-go/verifier/truststore"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// maxLine bounds the case: an envelope in base64 and what surrounds it.
const maxLine = 1 << 20

// Case is one envelope and what it is verified against.
type Case struct {
	// Policy is a trust policy document, as text.
	Policy []byte `json:"policy"`
	// Anchors are the DER certificates of every trust store.
	Anchors   [][]byte `json:"anchors"`
	Reference string   `json:"reference"`
	MediaType string   `json:"mediaType"`
	Subject   struct {
		MediaType string `json:"mediaType"`
		Digest    string `json:"digest"`
		Size      int64  `json:"size"`
	} `json:"subject"`
	Envelope []byte `json:"envelope"`
}

// readStore holds certificates that were read once: the reference's own store reads them
// from files each time.
type readStore []*x509.Certificate

// GetCertificates implements truststore.X509TrustStore.
func (s readStore) GetCertificates(context.Context, truststore.Type, string) ([]*x509.Certificate, error) {
	return s, nil
}

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	if !lines.Scan() {
		return fmt.Errorf("no case: %w", lines.Err())
	}
	verify, err := prepared(lines.Bytes())
	if err != nil {
		return err
	}
	for lines.Scan() {
		turns, err := strconv.Atoi(strings.TrimSpace(lines.Text()))
		if err != nil {
			return err
		}
		fastest, err := fastest(verify, turns)
		if err != nil {
			return err
		}
		fmt.Fprintln(out, fastest.Nanoseconds())
	}
	return lines.Err()
}

// prepared returns the verification of the case that a line holds.
func prepared(line []byte) (func() error, error) {
	var c Case
	if err := json.Unmarshal(line, &c); err != nil {
		return nil, err
	}
	var document trustpolicy.Document
	if err := json.Unmarshal(c.Policy, &document); err != nil {
		return nil, err
	}
	var store readStore
	for _, der := range c.Anchors {
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, err
		}
		store = append(store, certificate)
	}
	judge, err := verifier.New(&document, store, nil)
	if err != nil {
		return nil, err
	}
	subject := ocispec.Descriptor{
		MediaType: c.Subject.MediaType,
		Digest:    digest.Digest(c.Subject.Digest),
		Size:      c.Subject.Size,
	}
	options := notation.VerifierVerifyOptions{
		ArtifactReference:  c.Reference,
		SignatureMediaType: c.MediaType,
	}
	return func() error {
		_, err := judge.Verify(context.Background(), subject, c.Envelope, options)
		return err
	}, nil
}

// fastest returns the shortest of several verifications.
func fastest(verify func() error, turns int) (time.Duration, error) {
	shortest := time.Hour
	for range turns {
		began := time.Now()
		err := verify()
		shortest = min(shortest, time.Since(began))
		if err != nil {
			return 0, err
		}
	}
	return shortest, nil
}
