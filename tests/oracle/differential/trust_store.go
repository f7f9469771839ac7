package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/notaryproject/notation-go/verifier/truststore"
)

// memoryStore holds a case's trust stores. It refuses what the library's store of files
// refuses: a store that is not there, an empty one, and certificates that are no anchors.
type memoryStore struct {
	stores map[string][][]byte
}

// GetCertificates implements truststore.X509TrustStore.
func (s memoryStore) GetCertificates(_ context.Context, kind truststore.Type, name string) ([]*x509.Certificate, error) {
	encoded, found := s.stores[string(kind)+":"+name]
	if !found {
		return nil, truststore.TrustStoreError{Msg: fmt.Sprintf("the trust store %q of type %q does not exist", name, kind)}
	}
	var certificates []*x509.Certificate
	for _, der := range encoded {
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, unusable(err, kind, name)
		}
		certificates = append(certificates, certificate)
	}
	if err := truststore.ValidateCertificates(certificates); err != nil {
		return nil, unusable(err, kind, name)
	}
	if kind == truststore.TypeTSA {
		for _, certificate := range certificates {
			if err := root(certificate); err != nil {
				return nil, unusable(err, kind, name)
			}
		}
	}
	return certificates, nil
}

// root is the library's own rule for anchors of timestamps, which it does not export.
func root(certificate *x509.Certificate) error {
	if err := certificate.CheckSignatureFrom(certificate); err != nil {
		return err
	}
	if !bytes.Equal(certificate.RawSubject, certificate.RawIssuer) {
		return errors.New("not a root CA certificate")
	}
	return nil
}

func unusable(err error, kind truststore.Type, name string) error {
	return truststore.CertificateError{
		InnerError: err,
		Msg:        fmt.Sprintf("failed to validate the trusted certificates in trust store %s of type %s", name, kind),
	}
}
