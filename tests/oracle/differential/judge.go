package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/notaryproject/notation-core-go/revocation"
	"github.com/notaryproject/notation-core-go/revocation/crl"
	"github.com/notaryproject/notation-core-go/revocation/purpose"
	"github.com/notaryproject/notation-go"
	"github.com/notaryproject/notation-go/dir"
	"github.com/notaryproject/notation-go/verifier"
	"github.com/notaryproject/notation-go/verifier/trustpolicy"
	"github.com/notaryproject/notation-go/verifier/truststore"
	"github.com/notaryproject/notation-plugin-framework-go/plugin"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// patience bounds a question to a revocation service. All of them are on this machine and
// answer at once or refuse: whoever meets the bound has found a fault, not a slow network.
const patience = 30 * time.Second

// Judge gives verdicts; it may be used by several goroutines.
type Judge struct {
	signing, timestamping revocation.Validator
}

// newJudge returns a judge whose revocation checks reach loopback addresses only.
func newJudge() (*Judge, error) {
	signing, err := validator(purpose.CodeSigning)
	if err != nil {
		return nil, err
	}
	timestamping, err := validator(purpose.Timestamping)
	if err != nil {
		return nil, err
	}
	return &Judge{signing: signing, timestamping: timestamping}, nil
}

// validator returns what the notation command checks revocation with, without its cache.
func validator(of purpose.Purpose) (revocation.Validator, error) {
	fetcher, err := crl.NewHTTPFetcher(loopbackClient(patience))
	if err != nil {
		return nil, err
	}
	return revocation.NewWithOptions(revocation.Options{
		OCSPHTTPClient:   loopbackClient(patience),
		CRLFetcher:       fetcher,
		CertChainPurpose: of,
	})
}

func loopbackClient(timeout time.Duration) *http.Client {
	dialer := net.Dialer{Timeout: timeout}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
			return nil, fmt.Errorf("%s is not a loopback address", address)
		}
		return dialer.DialContext(ctx, network, address)
	}
	return &http.Client{Timeout: timeout, Transport: &http.Transport{
		DialContext: dial, MaxIdleConnsPerHost: 16,
	}}
}

// Judge returns the verdict on c; a panic of the library is a verdict of its own class.
func (j *Judge) Judge(c Case) (verdict Verdict) {
	verdict = Verdict{ID: c.ID, Stage: StagePolicy, Checks: []Check{}}
	seen := classes{}
	defer func() { verdict.Classes = seen.sorted() }()
	defer func() {
		if panicked := recover(); panicked != nil {
			verdict.Accepted = false
			verdict.Class, verdict.Error = "panic", fmt.Sprint(panicked)
		}
	}()
	err := j.judge(context.Background(), c, &verdict, seen)
	seen.add(err)
	verdict.Accepted = err == nil
	verdict.Class, verdict.Error = describe(err)
	return verdict
}

func (j *Judge) judge(ctx context.Context, c Case, verdict *Verdict, seen classes) error {
	document, err := parsePolicy(c.Policy)
	if err != nil {
		return err
	}
	var stores truststore.X509TrustStore = memoryStore{c.Stores}
	if c.TrustStore != "" {
		stores = truststore.NewX509TrustStore(dir.NewSysFS(c.TrustStore))
	}
	judge, err := verifier.NewWithOptions(document, stores, noPlugins{}, verifier.VerifierOptions{
		RevocationCodeSigningValidator:  noting{j.signing, seen},
		RevocationTimestampingValidator: noting{j.timestamping, seen},
	})
	if err != nil {
		return err
	}
	verdict.Stage = StageSelection
	statement, err := document.GetApplicableTrustPolicy(c.Reference)
	if err != nil {
		return notation.NoApplicableTrustPolicyError{Msg: err.Error()}
	}
	verdict.Statement = statement.Name
	level, err := statement.SignatureVerification.GetVerificationLevel()
	if err != nil {
		return err
	}
	verdict.Level = level.Name
	if c.Envelope == nil {
		return nil
	}
	if level.Name == trustpolicy.LevelSkip.Name {
		verdict.Stage = StageSkip
		return nil
	}
	verdict.Stage = StageVerification
	outcome, err := judge.Verify(ctx, ocispec.Descriptor{
		MediaType: c.Subject.MediaType,
		Digest:    digest.Digest(c.Subject.Digest),
		Size:      c.Subject.Size,
	}, c.Envelope, notation.VerifierVerifyOptions{
		ArtifactReference:  c.Reference,
		SignatureMediaType: c.MediaType,
		UserMetadata:       c.Metadata,
	})
	if outcome != nil {
		for _, result := range outcome.VerificationResults {
			class, text := describe(result.Error)
			seen.add(result.Error)
			verdict.Checks = append(verdict.Checks, Check{
				Validation: string(result.Type),
				Action:     string(result.Action),
				Class:      class,
				Error:      text,
			})
		}
	}
	return err
}

// parsePolicy reads a document the way the library reads its file.
func parsePolicy(text []byte) (*trustpolicy.Document, error) {
	document := &trustpolicy.Document{}
	if err := json.NewDecoder(bytes.NewReader(text)).Decode(document); err != nil {
		return nil, fmt.Errorf("malformed trust policy: %w", err)
	}
	return document, nil
}

// describe returns an error's type without its package, and its text.
func describe(err error) (class, text string) {
	if err == nil {
		return "", ""
	}
	named := strings.TrimPrefix(fmt.Sprintf("%T", err), "*")
	if _, name, found := strings.Cut(named, "."); found {
		named = name
	}
	return named, err.Error()
}

// noPlugins is a machine without any plugin installed.
type noPlugins struct{}

// Get implements the library's plugin manager.
func (noPlugins) Get(_ context.Context, name string) (plugin.Plugin, error) {
	return nil, fmt.Errorf("plugin %q: %w", name, os.ErrNotExist)
}

// List implements the library's plugin manager.
func (noPlugins) List(context.Context) ([]string, error) {
	return nil, errors.New("no plugins")
}
