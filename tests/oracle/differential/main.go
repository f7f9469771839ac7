// Command differential is the reference implementation as a judge: it reads cases on
// standard input, one JSON object a line, and prints what notation-go makes of each, one
// JSON object a line, in the order of the cases.
//
// It takes no arguments, reads no files, and speaks to nothing but loopback addresses.
// A case it cannot read ends it with status 1 and the line's number on standard error.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
)

// maxLine bounds one case: a 32 MiB envelope in base64 and what surrounds it.
const maxLine = 64 << 20

func main() {
	if err := judgeAll(os.Stdin, os.Stdout, runtime.NumCPU()); err != nil {
		fmt.Fprintln(os.Stderr, "differential:", err)
		os.Exit(1)
	}
}

// judgeAll judges the cases of in on several workers and writes the verdicts in order.
func judgeAll(in io.Reader, out io.Writer, workers int) error {
	judge, err := newJudge()
	if err != nil {
		return err
	}
	verdicts := make(chan chan Verdict, 64*workers)
	failure := make(chan error, 1)
	go func() {
		defer close(verdicts)
		failure <- readCases(in, judge, verdicts, make(chan struct{}, workers))
	}()
	buffered := bufio.NewWriter(out)
	encoder := json.NewEncoder(buffered)
	encoder.SetEscapeHTML(false)
	for verdict := range verdicts {
		if err := encoder.Encode(<-verdict); err != nil {
			return err
		}
		if len(verdicts) == 0 {
			// Whoever waits for the verdict on the last case it sent gets it now.
			if err := buffered.Flush(); err != nil {
				return err
			}
		}
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	return <-failure
}

// readCases starts the judging of every line of in; busy holds one token per worker.
func readCases(in io.Reader, judge *Judge, verdicts chan<- chan Verdict, busy chan struct{}) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, 1<<20), maxLine)
	for number := 1; lines.Scan(); number++ {
		var c Case
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			return fmt.Errorf("line %d is not a case: %w", number, err)
		}
		verdict := make(chan Verdict, 1)
		verdicts <- verdict
		busy <- struct{}{}
		go func() {
			defer func() { <-busy }()
			verdict <- judge.Judge(c)
		}()
	}
	return lines.Err()
}
