package main

import (
	"bytes"
	"context"
	"fmt"
	"sync/atomic"
	"time"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
)

// order is that in which an Envoy comes to ask: clusters, their endpoints, then listeners, and their routes.
var order = []string{
	"type.googleapis.com/envoy.config.cluster.v3.Cluster",
	"type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment",
	"type.googleapis.com/envoy.config.listener.v3.Listener",
	"type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
}

const window = 16 << 20

// envoy asks and acknowledges as one does, on a connection of its own.
type envoy struct {
	plan   *plan
	fleet  *fleet
	conn   *grpc.ClientConn
	stream grpc.ClientStream
	// asked is how many types were asked for, one beyond all of them once the last has been answered.
	asked    int
	nodeSent bool
}

// fleet is what all envoys count together.
type fleet struct {
	configured atomic.Int64
	received   [4]atomic.Int64
	bytes      atomic.Int64
	wake       chan struct{}
	failed     chan error
	// last holds the newest response of a type that the first envoy had.
	last [4]atomic.Pointer[[]byte]
	// closing is true once streams end because we end them.
	closing atomic.Bool
}

func newFleet() *fleet {
	return &fleet{wake: make(chan struct{}, 1), failed: make(chan error, 1)}
}

func (f *fleet) tell() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

func (f *fleet) fail(err error) {
	if f.closing.Load() {
		return
	}
	select {
	case f.failed <- err:
	default:
	}
}

// until waits for a condition that a message may bring about.
func (f *fleet) until(patience time.Duration, done func() bool) error {
	late := time.After(patience)
	for !done() {
		select {
		case <-f.wake:
		case err := <-f.failed:
			return err
		case <-late:
			return fmt.Errorf("not done after %s", patience)
		}
	}
	return nil
}

// open connects and asks for clusters; the rest follows from the answers.
func open(ctx context.Context, p *plan, f *fleet, first bool) (*envoy, error) {
	conn, err := grpc.NewClient("passthrough:///"+p.XDS,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithStaticStreamWindowSize(window), grpc.WithStaticConnWindowSize(window),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(rawCodec{}), grpc.MaxCallRecvMsgSize(window)))
	if err != nil {
		return nil, err
	}
	if p.Token != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+p.Token)
	}
	method := "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources"
	if p.Mode == "delta" {
		method = "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources"
	}
	stream, err := conn.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, method)
	if err != nil {
		return nil, err
	}
	e := &envoy{plan: p, fleet: f, conn: conn, stream: stream}
	if err := e.ask(); err != nil {
		return nil, err
	}
	go e.read(first)
	return e, nil
}

// node is told in the first request alone.
func (e *envoy) node() *core.Node {
	if e.nodeSent {
		return nil
	}
	e.nodeSent = true
	return &core.Node{Id: e.plan.Node, Cluster: e.plan.Node}
}

// ask asks for the next type that there is something of.
func (e *envoy) ask() error {
	for e.asked < len(order) {
		typeURL := order[e.asked]
		e.asked++
		names := e.plan.Names[typeURL]
		if len(names) == 0 && (e.asked == 2 || e.asked == 4) {
			continue
		}
		return e.send(typeURL, names, head{})
	}
	e.fleet.configured.Add(1)
	e.fleet.tell()
	return nil
}

func (e *envoy) send(typeURL string, names []string, accepted head) error {
	message, err := e.request(typeURL, names, accepted)
	if err != nil {
		return err
	}
	return e.stream.SendMsg(message)
}

func (e *envoy) read(first bool) {
	for {
		var response []byte
		if err := e.stream.RecvMsg(&response); err != nil {
			e.fleet.fail(err)
			return
		}
		if err := e.take(response, first); err != nil {
			e.fleet.fail(err)
			return
		}
	}
}

func (e *envoy) take(response []byte, first bool) error {
	found, err := headOf(response)
	if err != nil {
		return err
	}
	index := indexOf(found.typeURL)
	if index < 0 {
		return fmt.Errorf("a response of type %q", found.typeURL)
	}
	e.fleet.received[index].Add(1)
	e.fleet.bytes.Add(int64(len(response)))
	if first {
		kept := bytes.Clone(response)
		e.fleet.last[index].Store(&kept)
	}
	e.fleet.tell()
	if err := e.send(found.typeURL, nil, found); err != nil {
		return err
	}
	if index == e.asked-1 && e.asked <= len(order) {
		return e.next()
	}
	return nil
}

// next asks on after the first answer to what was asked last.
func (e *envoy) next() error {
	if e.asked == len(order) {
		e.asked++
		e.fleet.configured.Add(1)
		e.fleet.tell()
		return nil
	}
	return e.ask()
}

func indexOf(typeURL string) int {
	for index, known := range order {
		if known == typeURL {
			return index
		}
	}
	return -1
}
