package main

import (
	"context"
	"errors"
	"time"
)

// report is what a run found; times in milliseconds, memory in KiB.
type report struct {
	Configure struct {
		Wall, CPU float64
		// Bytes of all responses that one stream had.
		Bytes int64
	}
	Pushes map[string]*pushes
	Memory struct{ Idle, Settled, Peak float64 }
}

// pushes are those of one kind of change: when the last stream had been told, counted from the answer to the request
// and from the request; what the server spent from the answer on until all was quiet, and from the request on.
type pushes struct {
	FromAnswer, FromRequest, CPUFromAnswer, CPUFromRequest []float64
	// Bytes a stream of one push.
	Bytes int64
}

// settle waits until nothing more is sent and the server rests: its own work goes on beside, so a little does not count.
func settle(s server, f *fleet) error {
	const little = 10 * time.Millisecond
	for range 100 {
		bytes := f.bytes.Load()
		before, err := s.cpu()
		if err != nil {
			return err
		}
		time.Sleep(quiet)
		after, err := s.cpu()
		if err != nil {
			return err
		}
		if f.bytes.Load() == bytes && after-before < little {
			return nil
		}
	}
	return errors.New("the server does not come to rest")
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func measure(ctx context.Context, p *plan) (*report, error) {
	s := server{pid: p.Pid}
	a, err := dialAPI(p.API)
	if err != nil {
		return nil, err
	}
	// Both warm: what is measured is a server that has been at work.
	f, envoys, err := connect(ctx, p, p.Warmup)
	if err != nil {
		return nil, err
	}
	for _, c := range p.Changes {
		if _, err := pushAll(a, s, f, c, p.Warmup); err != nil {
			return nil, err
		}
	}
	disconnect(f, envoys)
	time.Sleep(time.Second)

	found := &report{Pushes: map[string]*pushes{}}
	if found.Memory.Idle, err = s.collected(); err != nil {
		return nil, err
	}
	before, err := s.cpu()
	if err != nil {
		return nil, err
	}
	started := time.Now()
	if f, envoys, err = connect(ctx, p, p.Streams); err != nil {
		return nil, err
	}
	found.Configure.Wall = milliseconds(time.Since(started))
	if err := settle(s, f); err != nil {
		return nil, err
	}
	after, err := s.cpu()
	if err != nil {
		return nil, err
	}
	found.Configure.CPU = milliseconds(after - before)
	found.Configure.Bytes = f.bytes.Load() / int64(p.Streams)
	for _, c := range p.Changes {
		if found.Pushes[c.Name], err = pushAll(a, s, f, c, p.Streams); err != nil {
			return nil, err
		}
	}
	time.Sleep(time.Second)
	if found.Memory.Settled, err = s.collected(); err != nil {
		return nil, err
	}
	if _, found.Memory.Peak, err = s.memory(); err != nil {
		return nil, err
	}
	disconnect(f, envoys)
	return found, nil
}

// pushAll makes the changes one after the other, each when all is quiet after the one before.
func pushAll(a *api, s server, f *fleet, c change, streams int) (*pushes, error) {
	found := &pushes{}
	told := &f.received[indexOf(c.Type)]
	for _, request := range c.Requests {
		wanted := told.Load() + int64(streams)
		bytes := f.bytes.Load()
		before, err := s.cpu()
		if err != nil {
			return nil, err
		}
		asked, answered, err := a.call(request)
		if err != nil {
			return nil, err
		}
		between, err := s.cpu()
		if err != nil {
			return nil, err
		}
		if err := f.until(patience, func() bool { return told.Load() >= wanted }); err != nil {
			return nil, err
		}
		done := time.Now()
		// The acknowledgements are still to be read by the server.
		if err := settle(s, f); err != nil {
			return nil, err
		}
		after, err := s.cpu()
		if err != nil {
			return nil, err
		}
		found.FromAnswer = append(found.FromAnswer, milliseconds(done.Sub(answered)))
		found.FromRequest = append(found.FromRequest, milliseconds(done.Sub(asked)))
		found.CPUFromAnswer = append(found.CPUFromAnswer, milliseconds(after-between))
		found.CPUFromRequest = append(found.CPUFromRequest, milliseconds(after-before))
		found.Bytes = (f.bytes.Load() - bytes) / int64(streams)
	}
	return found, nil
}
