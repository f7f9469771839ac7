// Command revocation is the reference implementation as a judge of revocation: it reads
// worlds on standard input, one JSON object a line, and prints what notation-core-go makes
// of each, one JSON object a line, in their order.
//
// A world is a certificate chain and what servers would answer, by URL. Nothing is sent
// anywhere: a transport inside the process answers. A world it cannot read ends it with
// status 1.
package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/notaryproject/notation-core-go/revocation"
	"github.com/notaryproject/notation-core-go/revocation/crl"
	"github.com/notaryproject/notation-core-go/revocation/purpose"
	"github.com/notaryproject/notation-core-go/revocation/result"
)

// World is one thing to judge. Bytes are standard base64.
type World struct {
	ID string `json:"id"`
	// Chain is the certificates in DER, leaf first.
	Chain [][]byte `json:"chain"`
	// Answers are bodies by URL; a URL that is not here cannot be reached. OCSP requests
	// made with GET go to a path below their responder's URL.
	Answers map[string][]byte `json:"answers"`
	// SignedAt is the authentic signing time; nil where the scheme has none.
	SignedAt *time.Time `json:"signedAt"`
}

// Verdict is what the reference makes of a world.
type Verdict struct {
	ID string `json:"id"`
	// Status is good, revoked, unknown, or panic where the reference does.
	Status string `json:"status"`
	// Detail is what its servers are said to have answered.
	Detail string `json:"detail"`
}

// servers answers requests from a world.
type servers map[string][]byte

func (s servers) RoundTrip(request *http.Request) (*http.Response, error) {
	asked := request.URL.String()
	found := ""
	for url := range s {
		if (asked == url || strings.HasPrefix(asked, url+"/")) && len(url) > len(found) {
			found = url
		}
	}
	if found == "" {
		return nil, errors.New("connection refused")
	}
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Request: request,
		Body: io.NopCloser(bytes.NewReader(s[found])),
	}, nil
}

func judge(world World) (verdict Verdict, err error) {
	verdict.ID = world.ID
	chain := make([]*x509.Certificate, 0, len(world.Chain))
	for _, der := range world.Chain {
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return verdict, err
		}
		chain = append(chain, certificate)
	}
	client := &http.Client{Transport: servers(world.Answers)}
	fetcher, err := crl.NewHTTPFetcher(client)
	if err != nil {
		return verdict, err
	}
	validator, err := revocation.NewWithOptions(revocation.Options{
		OCSPHTTPClient:   client,
		CRLFetcher:       fetcher,
		CertChainPurpose: purpose.CodeSigning,
	})
	if err != nil {
		return verdict, err
	}
	options := revocation.ValidateContextOptions{CertChain: chain}
	if world.SignedAt != nil {
		options.AuthenticSigningTime = *world.SignedAt
	}
	defer func() {
		if panicked := recover(); panicked != nil {
			verdict.Status, verdict.Detail, err = "panic", fmt.Sprint(panicked), nil
		}
	}()
	results, err := validator.ValidateContext(context.Background(), options)
	if err != nil {
		return verdict, err
	}
	verdict.Status = "good"
	for _, certificate := range results {
		for _, server := range certificate.ServerResults {
			if server.Error != nil {
				verdict.Detail += server.Error.Error() + "; "
			}
		}
		switch {
		case certificate.Result == result.ResultRevoked:
			verdict.Status = "revoked"
		case certificate.Result == result.ResultUnknown && verdict.Status == "good":
			verdict.Status = "unknown"
		}
	}
	return verdict, nil
}

func judgeAll(in io.Reader, out io.Writer) error {
	worlds := json.NewDecoder(bufio.NewReaderSize(in, 1<<20))
	buffered := bufio.NewWriter(out)
	verdicts := json.NewEncoder(buffered)
	for {
		var world World
		if err := worlds.Decode(&world); err == io.EOF {
			return buffered.Flush()
		} else if err != nil {
			return err
		}
		verdict, err := judge(world)
		if err != nil {
			return fmt.Errorf("world %s: %w", world.ID, err)
		}
		if err := verdicts.Encode(verdict); err != nil {
			return err
		}
	}
}

func main() {
	if err := judgeAll(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "revocation:", err)
		os.Exit(1)
	}
}
