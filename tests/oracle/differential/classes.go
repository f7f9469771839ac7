package main

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/notaryproject/notation-core-go/revocation"
	"github.com/notaryproject/notation-core-go/revocation/result"
)

// classes collects the library's own error types as "package.Type".
type classes map[string]struct{}

// add notes the type of err and of everything it wraps.
func (c classes) add(err error) {
	if err == nil {
		return
	}
	kind := reflect.TypeOf(err)
	for kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	if strings.HasPrefix(kind.PkgPath(), "github.com/notaryproject/") {
		c[fmt.Sprint(kind)] = struct{}{}
	}
	switch wrapping := err.(type) {
	case interface{ Unwrap() error }:
		c.add(wrapping.Unwrap())
	case interface{ Unwrap() []error }:
		for _, inner := range wrapping.Unwrap() {
			c.add(inner)
		}
	}
}

// sorted returns the types in order.
func (c classes) sorted() []string {
	names := make([]string, 0, len(c))
	for name := range c {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// noting is a revocation validator that notes the types of its servers' errors, which the
// verifier turns into text.
type noting struct {
	revocation.Validator
	seen classes
}

// ValidateContext implements revocation.Validator.
func (n noting) ValidateContext(ctx context.Context, options revocation.ValidateContextOptions) ([]*result.CertRevocationResult, error) {
	results, err := n.Validator.ValidateContext(ctx, options)
	n.seen.add(err)
	for _, certificate := range results {
		for _, server := range certificate.ServerResults {
			n.seen.add(server.Error)
		}
	}
	return results, err
}
