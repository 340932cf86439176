// Command load is the fleet that a control plane is measured with: it connects many streams, has the configuration
// changed and waits until each stream was told, and reads what the server spent on it. It is told what to do by JSON on
// its standard input and prints what it found as JSON.
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"
	"sync"
	"time"
)

// plan is what to do: to write down one configuration (Export), or to measure with Streams streams.
type plan struct {
	// XDS and API are addresses, Mode is "sotw" or "delta".
	XDS, API, Node, Token, Mode string
	// Pid is the server's.
	Pid int
	// Names are what is asked for by name, by type.
	Names map[string][]string
	// Export is the folder for what is written down.
	Export string
	// Warmup is how many streams come and go before anything is measured.
	Warmup  int
	Streams int
	Changes []change
}

// change is a kind of change, made by one request after the other, of which each stream is told in one response.
type change struct {
	Name, Type string
	Requests   [][]byte
}

const (
	patience = 60 * time.Second
	// At most so many connections are being opened at once: the queue of a listening socket is short.
	opening = 100
	quiet   = 100 * time.Millisecond
)

func main() {
	var p plan
	if err := json.NewDecoder(os.Stdin).Decode(&p); err != nil {
		log.Fatal(err)
	}
	var found any
	var err error
	if p.Export != "" {
		found, err = export(context.Background(), p)
	} else {
		found, err = measure(context.Background(), &p)
	}
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(found)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// connect opens streams and waits until all are configured.
func connect(ctx context.Context, p *plan, count int) (*fleet, []*envoy, error) {
	f := newFleet()
	envoys := make([]*envoy, count)
	places := make(chan struct{}, opening)
	var opened sync.WaitGroup
	for index := range envoys {
		places <- struct{}{}
		opened.Go(func() {
			e, err := open(ctx, p, f, index == 0)
			<-places
			if err != nil {
				f.fail(err)
				return
			}
			envoys[index] = e
		})
	}
	opened.Wait()
	err := f.until(patience, func() bool { return f.configured.Load() == int64(count) })
	return f, envoys, err
}

func disconnect(f *fleet, envoys []*envoy) {
	f.closing.Store(true)
	for _, e := range envoys {
		_ = e.conn.Close()
	}
}
