package main

// Case is one thing to judge. Bytes are standard base64.
type Case struct {
	// ID comes back in the verdict.
	ID string `json:"id"`
	// Policy is the text of a trust policy document, as it would be in its file.
	Policy []byte `json:"policy"`
	// Stores are the trust stores by what statements call them ("ca:name"): the
	// certificates of each, in DER.
	Stores map[string][][]byte `json:"stores"`
	// TrustStore is a folder that holds the trust stores instead, as the command's own
	// configuration folder does: truststore/x509/<type>/<name>/ is below it.
	TrustStore string `json:"trustStore,omitempty"`
	// Reference is the artifact: host/repository@digest.
	Reference string `json:"reference"`
	// Subject is the artifact's descriptor as the registry serves it.
	Subject Subject `json:"subject"`
	// MediaType is the envelope's, as the signature manifest's layer declares it.
	MediaType string `json:"mediaType"`
	// Envelope is the signature envelope; without one only the policy is judged and its
	// applicable statement selected.
	Envelope []byte `json:"envelope"`
	// Metadata is what the signature must carry as user metadata.
	Metadata map[string]string `json:"metadata,omitempty"`
}

// Subject is the part of a descriptor that a signature binds.
type Subject struct {
	MediaType string `json:"mediaType"`
	Digest    string `json:"digest"`
	Size      int64  `json:"size"`
}

// Stage is how far a case came.
type Stage string

const (
	// StagePolicy means the policy document was refused.
	StagePolicy Stage = "policy"
	// StageSelection means no statement applies, or there was no envelope to go on to.
	StageSelection Stage = "selection"
	// StageSkip means the applicable statement skips verification.
	StageSkip Stage = "skip"
	// StageVerification means the envelope was verified.
	StageVerification Stage = "verification"
)

// Verdict is what the reference implementation makes of a case.
type Verdict struct {
	ID       string `json:"id"`
	Accepted bool   `json:"accepted"`
	Stage    Stage  `json:"stage"`
	// Statement is the name of the applicable statement, "" where none was reached.
	Statement string `json:"statement"`
	// Level is that statement's, "custom" where overridden.
	Level string `json:"level"`
	// Class is the Go type of the error that decided; "" where accepted.
	Class string `json:"class"`
	// Error is that error's text.
	Error string `json:"error"`
	// Classes are the library's own error types, by package, that came up anywhere: in
	// what decided, below it, in a check that was only logged, from a revocation server.
	Classes []string `json:"classes"`
	// Checks are the validations made, in the order they were made; one that is enforced
	// and fails is the last.
	Checks []Check `json:"checks"`
}

// Check is one validation of the level: integrity, authenticity, expiry…
type Check struct {
	Validation string `json:"validation"`
	Action     string `json:"action"`
	Class      string `json:"class"`
	// Error is "" where the validation holds.
	Error string `json:"error"`
}
