//go:build tools

// Package oracle keeps the notation command among this module's requirements.
package oracle

import _ "github.com/notaryproject/notation/cmd/notation"
