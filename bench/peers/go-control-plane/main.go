// Command go-control-plane serves over ADS, from go-control-plane's snapshot cache, configurations that were read from
// files: the control plane that Heddle is measured beside. POST /STATE on the second address is answered at once, as
// Heddle's API answers before anyone is told; then the snapshot of that name is set. The set-up is that of the library's
// own example, with Heddle's keepalive times (its own five seconds end streams while thousands of them share one
// processor); nothing is logged.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"github.com/envoyproxy/go-control-plane/pkg/cache/types"
	"github.com/envoyproxy/go-control-plane/pkg/cache/v3"
	"github.com/envoyproxy/go-control-plane/pkg/resource/v3"
	"github.com/envoyproxy/go-control-plane/pkg/server/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/protobuf/proto"

	_ "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/access_loggers/stream/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/router/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
)

// One node, as all Envoys of one virtual node are for Heddle.
const node = "node"

type oneNode struct{}

func (oneNode) ID(*core.Node) string { return node }

// readState reads the responses of a folder; a type's version is the hash of its resources, so that equal parts are
// pushed to nobody.
func readState(folder string) (*cache.Snapshot, error) {
	snapshot := &cache.Snapshot{}
	files, err := filepath.Glob(filepath.Join(folder, "*.pb"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		bytes, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var response discovery.DiscoveryResponse
		if err := proto.Unmarshal(bytes, &response); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		hash := sha256.New()
		resources := make([]types.Resource, 0, len(response.GetResources()))
		for _, packed := range response.GetResources() {
			message, err := packed.UnmarshalNew()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			resources = append(resources, message)
			hash.Write(packed.GetValue())
		}
		index := cache.GetResponseType(resource.Type(response.GetTypeUrl()))
		snapshot.Resources[index] = cache.NewResources(hex.EncodeToString(hash.Sum(nil)[:8]), resources)
	}
	return snapshot, snapshot.Consistent()
}

func main() {
	states := flag.String("states", "", "a folder with a folder of responses for each state; `base` is served first")
	xds := flag.String("xds", "", "address of ADS")
	control := flag.String("control", "", "address of the HTTP face that changes the state")
	flag.Parse()

	snapshots := map[string]*cache.Snapshot{}
	folders, err := os.ReadDir(*states)
	if err != nil {
		log.Fatal(err)
	}
	for _, folder := range folders {
		if snapshots[folder.Name()], err = readState(filepath.Join(*states, folder.Name())); err != nil {
			log.Fatal(err)
		}
	}

	ctx := context.Background()
	known := cache.NewSnapshotCache(true, oneNode{}, nil)
	set := func(state string) error {
		// A copy, because a snapshot works out the versions for delta once: each change has to be worked out anew.
		snapshot := cache.Snapshot{Resources: snapshots[state].Resources}
		return known.SetSnapshot(ctx, node, &snapshot)
	}
	if err := set("base"); err != nil {
		log.Fatal(err)
	}

	grpcServer := grpc.NewServer(
		grpc.MaxConcurrentStreams(1_000_000),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: 60 * time.Second, Timeout: 20 * time.Second}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 30 * time.Second, PermitWithoutStream: true}),
	)
	discovery.RegisterAggregatedDiscoveryServiceServer(grpcServer, server.NewServer(ctx, known, nil))

	collect := make(chan os.Signal, 1)
	signal.Notify(collect, syscall.SIGUSR2)
	go func() {
		for range collect {
			debug.FreeOSMemory()
		}
	}()
	go func() {
		log.Fatal(http.ListenAndServe(*control, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if snapshots[r.URL.Path[1:]] == nil {
				w.WriteHeader(http.StatusNotFound)
				return
			}
			w.Header().Set("content-length", "0")
			w.(http.Flusher).Flush()
			if err := set(r.URL.Path[1:]); err != nil {
				log.Fatal(err)
			}
		})))
	}()
	listener, err := net.Listen("tcp", *xds)
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(grpcServer.Serve(listener))
}
