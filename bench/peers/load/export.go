package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"github.com/envoyproxy/go-control-plane/pkg/cache/types"
	"github.com/envoyproxy/go-control-plane/pkg/cache/v3"
	"github.com/envoyproxy/go-control-plane/pkg/resource/v3"
	"google.golang.org/protobuf/proto"

	_ "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/access_loggers/stream/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/router/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
)

// export writes what one stream is told to a folder, a file a type, and answers what is asked for by name.
func export(ctx context.Context, p plan) (map[string][]string, error) {
	p.Mode = "sotw"
	// The first look shows which endpoints and routes there are to be asked for.
	told, err := look(ctx, &p)
	if err != nil {
		return nil, err
	}
	p.Names, err = namesIn(told)
	if err != nil {
		return nil, err
	}
	if told, err = look(ctx, &p); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(p.Export, 0o700); err != nil {
		return nil, err
	}
	for index, response := range told {
		file := filepath.Join(p.Export, fmt.Sprintf("%d.pb", index))
		if err := os.WriteFile(file, response, 0o600); err != nil {
			return nil, err
		}
	}
	return p.Names, nil
}

// look answers the responses that one stream is given, by their place in the order of types.
func look(ctx context.Context, p *plan) (map[int][]byte, error) {
	f, envoys, err := connect(ctx, p, 1)
	if err != nil {
		return nil, err
	}
	disconnect(f, envoys)
	told := map[int][]byte{}
	for index := range order {
		if response := f.last[index].Load(); response != nil {
			told[index] = *response
		}
	}
	return told, nil
}

func namesIn(told map[int][]byte) (map[string][]string, error) {
	var snapshot cache.Snapshot
	for index, bytes := range told {
		var response discovery.DiscoveryResponse
		if err := proto.Unmarshal(bytes, &response); err != nil {
			return nil, err
		}
		items := make([]types.Resource, 0, len(response.GetResources()))
		for _, packed := range response.GetResources() {
			item, err := packed.UnmarshalNew()
			if err != nil {
				return nil, err
			}
			items = append(items, item)
		}
		snapshot.Resources[cache.GetResponseType(resource.Type(order[index]))] = cache.NewResources("", items)
	}
	referenced := cache.GetAllResourceReferences(snapshot.Resources)
	names := map[string][]string{}
	for _, typeURL := range []string{order[1], order[3]} {
		// Sorted, so that Heddle answers equal states with equal bytes.
		names[typeURL] = append([]string{}, slices.Sorted(maps.Keys(referenced[typeURL]))...)
	}
	return names, nil
}
